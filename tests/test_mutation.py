"""The score of the suite: what counts as noticed, what is kept, what is shown."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from fixtures.defects import every_defect
from fixtures.mutants import Kill, Known, Noticed, Outcome, Task
from fixtures.mutation import kill_of
from pages.errors import PortalRefused, ScreenNotReached, UnexpectedDialog
from reports import crew, mutation, mutation_score
from reports.crew import Crew, Journal, ResumableRun
from reports.mutation_score import DefectVerdict, Score

NOTICED, MISSED = "hotline_wrong", "log_out_dead"
SCENARIO = "登录单一窗口 › 企业从门户网址看到登录框 › 打开门户，看到账号登录"


def verdict(id_: str, *kills: Kill, whole: Outcome | None = None) -> DefectVerdict:
    found = [Noticed(f"场景{number}", kill, "一句", "") for number, kill in enumerate(kills)]
    return DefectVerdict(id_, Outcome(f"clause {id_}", found, 1, 2.0), whole)


def score_of(*verdicts: DefectVerdict, is_matrix: bool = False) -> Score:
    return Score(verdicts, [Known(f"场景{number}", ()) for number in range(3)], is_matrix)


@pytest.mark.parametrize(
    ("phase", "step", "error", "kill"),
    [
        ("call", "then", AssertionError("x"), Kill.THEN),
        ("call", "then", PortalRefused(["x"]), Kill.THEN),
        ("call", "then", PlaywrightTimeout("x"), Kill.TIMEOUT),
        ("call", "when", ScreenNotReached("x", "y"), Kill.PAGE),
        ("call", "given", PortalRefused(["x"]), Kill.PAGE),
        ("call", "when", PlaywrightTimeout("x"), Kill.TIMEOUT),
        ("call", "when", pytest.fail.Exception("Timeout (>60.0s) from pytest-timeout."), "timeout"),
        ("call", "given", LookupError("GET /__mock__/: 500"), Kill.SETUP),
        ("setup", None, AssertionError("x"), Kill.SETUP),
        ("teardown", "then", UnexpectedDialog("x"), Kill.PAGE),
    ],
)
def test_kill_is_told_by_sentence_and_error(phase, step, error, kill):
    """Only what fails inside a 那么, without waiting in vain, is a kill by 那么."""
    assert kill_of(phase, step, error) == kill


def test_edits_of_one_place_are_never_together():
    """Survivors are looked for together only if each edit still finds its text."""
    ids = ["binding_asked_again", "binding_not_asked", "hotline_wrong"]

    assert mutation.batches_of(ids) == [
        ("binding_asked_again", "hotline_wrong"),
        ("binding_not_asked",),
    ]


def test_batches_lose_no_defect(monkeypatch):
    """Each survivor is in exactly one batch, and no batch is too large."""
    monkeypatch.setattr(mutation, "BATCH", 4)
    ids = [id_ for id_, one in every_defect().items() if one.kind == "way"]

    batches = mutation.batches_of(ids)

    assert sorted(id_ for batch in batches for id_ in batch) == sorted(ids)
    assert max(map(len, batches)) == 4


def test_slice_meets_every_kind_that_was_noticed():
    """A slice has a defect of every kind in every layer; the record says that it is noticed."""
    kills = {id_: {"scenario": "x"} for id_ in every_defect() if id_ != NOTICED}

    chosen = mutation._slice({"kills": kills})

    every, met = (
        {(every_defect()[id_].kind, every_defect()[id_].layer) for id_ in ids}
        for ids in (every_defect(), chosen)
    )
    assert met == every
    assert len(chosen) == len(met)
    assert NOTICED not in chosen


def test_score_counts_noticed_and_by_a_then():
    """One of two is 50 %, and a kill in a 当 is no kill by 那么."""
    score = score_of(
        verdict(NOTICED, Kill.THEN), verdict("remarks_lost", Kill.PAGE), verdict(MISSED)
    )

    assert (score.killed_share, score.then_share) == (66.7, 50.0)
    assert [one.id for one in score.survivors] == [MISSED]
    assert [one.word for one in score.verdicts] == ["那么", "别的断言", "没有发现"]


def test_survivor_that_another_clause_notices_is_noticed():
    """What its clause missed may still be noticed by the whole suite."""
    whole = Outcome("rest x", [Noticed("场景1", Kill.THEN, "一句", "")], 1, 1.0)

    assert score_of(verdict(MISSED, whole=whole)).killed_share == 100.0


def test_equivalent_defect_does_not_count(monkeypatch):
    """A defect that nobody could notice is neither killed nor a survivor."""
    same = every_defect()[MISSED].__class__("一句", "guide-1.1", "words", "x", "a", "b", "看不出")
    monkeypatch.setitem(every_defect(), MISSED, same)
    score = score_of(verdict(NOTICED, Kill.THEN), verdict(MISSED))

    assert (score.killed_share, list(score.survivors)) == (100.0, [])
    assert score.verdicts[1].word == "察觉不到"


def test_defect_that_does_not_start_survives():
    """A portal that does not start proves nothing of the suite."""
    score = score_of(DefectVerdict(MISSED, Outcome("x", trouble="没有启动")))

    assert (score.killed_share, score.verdicts[0].word) == (0.0, "没有跑成")


def test_scenario_that_alone_notices_is_named():
    """After a matrix each scenario tells what it noticed, and what nobody else did."""
    score = score_of(
        verdict(NOTICED, Kill.THEN), verdict(MISSED, Kill.THEN, Kill.THEN), is_matrix=True
    )

    assert score.kills_of() == {"场景0": [NOTICED, MISSED], "场景1": [MISSED], "场景2": []}
    assert score.alone() == {"场景0": [NOTICED], "场景1": [], "场景2": []}


@pytest.fixture
def elsewhere(tmp_path, monkeypatch) -> Path:
    """A folder in which all results are written, without any yet."""
    for name in ("DATA", "PAGE", "RECORD"):
        monkeypatch.setattr(mutation_score, name, tmp_path / name)
    monkeypatch.setattr(mutation_score, "HISTORY", tmp_path / "memory" / "HISTORY")
    return tmp_path


def test_page_shows_score_survivors_and_idle_scenarios(elsewhere):
    """The page says the score in Chinese, and names what was not noticed."""
    found = verdict(NOTICED, Kill.THEN), verdict(MISSED)
    before = mutation_score.page()

    mutation_score.publish(score_of(*found))
    first = mutation_score.page()
    mutation_score.publish(score_of(*found, is_matrix=True))
    second = (elsewhere / "PAGE").read_text("utf-8")

    assert before == ""
    assert "植入 2 个缺陷，发现 1 个（50.0%），其中由“那么”发现的占 100.0%" in first
    assert every_defect()[MISSED].sentence in first
    assert "<p>场景1</p>\n<p>场景2</p>" in first
    assert ("只有一个场景发现的缺陷" in first, "只有一个场景发现的缺陷" in second) == (False, True)
    assert second.count("<td>50.0%</td>") == 2


def test_score_is_published_and_recorded(elsewhere):
    """JSON, page, a line of history, and the score to hold with who noticed what."""
    score = score_of(verdict(NOTICED, Kill.THEN), verdict(MISSED))

    mutation_score.publish(score)
    mutation_score.record(score)

    data = json.loads((elsewhere / "DATA").read_text("utf-8"))
    assert [one["verdict"] for one in data["defects"]] == ["那么", "没有发现"]
    (line,) = (elsewhere / "memory" / "HISTORY").read_text("utf-8").splitlines()
    assert json.loads(line)["killed_share"] == 50.0
    assert mutation_score.recorded()["kills"] == {NOTICED: {"by": "then", "scenario": "场景0"}}
    assert mutation_score.recorded()["survivors"] == [MISSED]


class Looks:
    """A crew whose scenarios notice certain defects, and which keeps what it was asked."""

    def __init__(self, **noticing: str) -> None:
        self.known = [Known(name, ("guide-1.1",)) for name in ("甲", "乙", "丙")]
        self.noticing, self.asked = noticing, []

    def do(self, tasks):
        """Do tasks at once."""
        for task in tasks:
            self.asked.append((*task.defects, *task.scenarios))
            ones = [one for one in task.scenarios if self.noticing.get(one) in task.defects]
            yield Outcome(task.key, [Noticed(one, Kill.THEN, "", "") for one in ones], 1)


class Silent:
    """A bar without a display."""

    def begin(self, *_):
        """Show nothing."""

    advance = begin


def test_idle_scenarios_look_until_they_notice_something(tmp_path):
    """Each meets the defects of its clause that it has not met, the one of last time first."""
    first, second, third, *_ = [i for i, d in every_defect().items() if d.clause == "guide-1.1"]
    looks = Looks(乙=second)
    run = ResumableRun(looks, Journal(tmp_path / "x"), Silent())
    campaign = mutation.Campaign(run, {"scenarios": {"丙": third}})
    met = [Noticed("甲", Kill.THEN, "", "")]
    verdicts = [DefectVerdict(first, Outcome("clause", met, 1))]
    verdicts += [DefectVerdict(id_, Outcome("clause", [], 1)) for id_ in (second, third)]

    looked = campaign.second_look(Score(verdicts, looks.known, is_matrix=False))

    assert looked == {"乙": second}
    assert set(looks.asked[:2]) == {(first, "乙"), (third, "丙")}
    assert set(looks.asked[2:4]) == {(first, "丙"), (second, "乙")}
    assert looks.asked[4:] == [(second, "丙")]


def test_journal_goes_on_where_it_was_stopped(tmp_path):
    """What came of a task is read back as it was written."""
    outcome = Outcome("clause x", [Noticed("场景", Kill.PAGE, "一句", "原因")], 3, 1.5)
    Journal(tmp_path / "run.jsonl").keep(outcome)

    assert Journal(tmp_path / "run.jsonl").done == {"clause x": outcome}


def test_journal_of_other_sources_is_a_hint(tmp_path, monkeypatch):
    """As soon as the suite or the mock has changed, everything is run again, the killers first."""
    file = tmp_path / "run.jsonl"
    killed = Outcome("clause x", [Noticed("场景", Kill.THEN, "", "")], 3)
    Journal(file).keep(killed)
    monkeypatch.setattr(crew, "fingerprint", lambda: "another")
    journal = Journal(file)

    assert (journal.done, journal.hints) == ({}, {"clause x": killed})


def test_journal_of_a_finished_run_is_a_hint(tmp_path):
    """The same command then begins anew."""
    file = tmp_path / "run.jsonl"
    outcome = Outcome("clause x")
    journal = Journal(file)
    journal.keep(outcome)
    journal.close()

    assert (Journal(file).done, Journal(file).hints) == ({}, {"clause x": outcome})


@pytest.mark.parametrize("line", ["0a1b2c", "123", '{"sources": "0a', '{"key": "clause y"}'])
def test_line_that_is_no_outcome_is_as_good_as_none(tmp_path, line):
    """A kill has cut it off, or an older version wrote it; the others count."""
    file = tmp_path / "run.jsonl"
    outcome = Outcome("clause x", [Noticed("场景", Kill.PAGE, "一句", "一行\u2028又一行")])
    Journal(file).keep(outcome)
    file.write_text(file.read_text("utf-8") + line, "utf-8")
    next_one = Outcome("clause z")
    Journal(file).keep(next_one)

    assert Journal(file).done == {"clause x": outcome, "clause z": next_one}


@pytest.mark.parametrize("part", ["clause", "rest"])
def test_scenario_that_noticed_last_time_is_first(tmp_path, part):
    """Even if that run was stopped before its end, and nothing is on record."""
    id_ = next(i for i, d in every_defect().items() if d.clause == "guide-1.1")
    file = tmp_path / "run.jsonl"
    kills = [Noticed("丙", Kill.THEN, "", ""), Noticed("乙", Kill.THEN, "", "")]
    Journal(file).keep(Outcome(f"{part} {id_}", kills, 2))
    looks = Looks()
    campaign = mutation.Campaign(ResumableRun(looks, Journal(file), Silent()), {})

    assert campaign._of_the_clause(id_)[0] == "丙"


@pytest.mark.slow
def test_worker_notices_a_defect_and_nothing_else(tmp_path: Path):
    """One process runs a scenario against the healthy portal and against one that is wrong."""
    tasks = [Task("healthy", (), (SCENARIO,), stops=True)]
    tasks += [Task(id_, (id_,), (SCENARIO,), stops=True) for id_ in (NOTICED, MISSED)]

    with Crew(1, tmp_path) as one_worker:
        found = {one.key: one for one in one_worker.do(tasks)}

    assert [found[key].noticed for key in ("healthy", MISSED)] == [[], []]
    (noticed,) = found[NOTICED].noticed
    assert (noticed.kill, noticed.sentence) == (Kill.THEN, "门户首页上写着")


def test_slice_without_a_record_is_refused(monkeypatch, capsys):
    """Nothing chosen is nothing proven."""
    monkeypatch.setattr(mutation_score, "recorded", dict)
    monkeypatch.setattr("sys.argv", ["mutation", "--slice"])

    assert mutation.main() == mutation.WRONG_USAGE
    assert "RECORD=1" in capsys.readouterr().err
