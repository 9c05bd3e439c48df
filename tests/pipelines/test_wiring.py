"""What the pipelines carry from step to step, from job to job and from night to night.

The project is a Makefile of a few lines here; test_nights.py has the whole of it.
"""

import pytest
import yaml

from tests.pipelines.gitlab import SOURCE
from tests.pipelines.jenkinsfile import parse
from tests.pipelines.machine import commit, repository
from tests.pipelines.systems import SHARDS, SYSTEMS, pipeline, system

# A file `red` fails a scenario, `bare` the set-up of the shards, `full` the report, `low` a score.
MAKEFILE = """
nightly:
	@test ! -e bare
	@mkdir -p reports/allure-results
	@echo "part $(GROUP)" > reports/allure-results/part
	@test ! -e red
merge:
	@mkdir -p reports/memory reports/site
	@echo night >> reports/memory/nights
	@test ! -e full
	@cat $(addsuffix /part,$(wildcard $(SHARDS))) /dev/null > reports/scenarios.xml
	@cp reports/scenarios.xml reports/summary.md
	@cp reports/scenarios.xml reports/allure.html
	@cp reports/scenarios.xml reports/site/index.html
	@test ! -e red && test $$(wc -l < reports/scenarios.xml) = 2
scores:
	@mkdir -p reports/memory
	@echo scored >> reports/memory/scores
	@cp reports/memory/scores reports/mutation.html
	@cp reports/memory/scores reports/drift.html
	@test ! -e low
notify:
	@mkdir -p reports/memory
	@echo told >> reports/memory/told
	@echo nights: `cat reports/memory/nights | wc -l`, told: `cat reports/memory/told | wc -l`
"""
TROUBLES = ("red", "bare", "full", "low")
JOBS = ("night", "report", "scores")  # of GitLab
FILES = {"Makefile": MAKEFILE, "requirements.lock": "", ".gitignore": "/reports\n"}


@pytest.fixture
def act(tmp_path):
    """Let nights come over a system, each with a trouble of its own; give the last night."""
    made = repository(tmp_path / "repository", FILES)

    def act(name, *troubles, text=""):
        acted = system(name, made, tmp_path / name, text=text)
        night = None
        for trouble in troubles:
            for file in TROUBLES:
                (made / file).unlink(missing_ok=True)
            if trouble in TROUBLES:
                (made / trouble).touch()
            (made / "seen").write_text(str(night))
            commit(made)
            night = acted.night(*([SHARDS[name]] if trouble == "lost" else []))
        return night

    return act


def has_all(name, night):
    """Tell whether people find report, results and page, and whether two nights are known."""
    parts = "part 1\npart 2\n"
    return (
        "nights: 2, told: 2" in night.said
        and published(night) == [parts, parts]
        and (night.report / "site/index.html").exists()
        and night.page == (parts if name == "GitHub" else "")
    )


def published(night):
    """Return what the report and the results hold, as far as there are any."""
    return [one.read_text() for one in (night.report / "allure.html", night.junit) if one.exists()]


@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize("colour", ["green", "red"])
def test_night_leaves_everything(name, colour, act):
    """The pipeline has the colour of its night, and everything lies where people look."""
    night = act(name, "red", colour)

    assert night.is_green == (colour == "green")
    assert has_all(name, night)


@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize("trouble", ["bare", "full", "lost"])
def test_whatever_happens_is_told_and_remembered(name, trouble, act):
    """Each night ends with `make notify`, and the next one knows what this one wrote down."""
    night = act(name, trouble, "green")

    assert night.is_green
    assert "nights: 2, told: 2" in night.said


# What is published of a night that follows a green one.
LEFT = {"lost": ["part 1\n"] * 2, "bare": [""] * 2, "full": []}


@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize("trouble", LEFT)
def test_only_what_ran_tonight_is_published(name, trouble, act):
    """A lost shard, none at all, no report: the night is red, and shows nothing of the last."""
    night = act(name, "green", trouble)

    assert not night.is_green
    assert published(night) == LEFT[trouble]
    assert "told: 2" in night.said


@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize("trouble", ["low", "red", "bare", "full"])
def test_scores_are_told_and_remembered(name, trouble, act):
    """Whatever becomes of the night, both scores are taken; the next one knows this one."""
    night = act(name, "low", trouble)

    pages = [night.scores / page for page in ("mutation.html", "drift.html")]
    assert not night.is_green
    assert [page.read_text() for page in pages] == ["scored\nscored\n"] * 2


CATCH_SHARDS = "catchError(buildResult: 'FAILURE', stageResult: 'FAILURE')"
CLEAN = "sh 'git clean -ffdxq -e /.venv -e /reports/node_modules"
BROKEN = {
    "no shard, no report": ("GitHub", "    needs: shard\n    if: always()", "    needs: shard"),
    "a red report, no message": ("GitHub", "make notify\n        if: always()", "make notify"),
    "a red report, no memory": ("GitHub", "actions/cache/save@v4", "actions/cache@v4"),
    "an empty memory": ("GitHub", "          restore-keys: nights-\n", ""),
    "shards that nobody fetches": ("GitHub", "pattern: shard-*", "pattern: part-*"),
    "a red shard, no results": (
        "GitHub",
        "        if: always()\n        with:\n          name: s",
        "        with:\n          name: s",
    ),
    "an empty page": ("GitHub", 'SUMMARY"\n        if: always()', 'SUMMARY"'),
    "no report after a red shard": ("GitLab", "      when: always\n  res", "  res"),
    "no message in the end": ("GitLab", "  after_script:\n    - make notify\n", ""),
    "memory of green nights alone": (
        "GitLab",
        "      when: always  #",
        "      policy: pull-push  #",
    ),
    "results of green shards alone": ("GitLab", "    when: always\n    expire_in: 1 week\n", ""),
    "green reports alone": ("GitLab", "    when: always\n    expire_in: 30 days\n", ""),
    "results of another name": ("GitLab", "junit: reports/scenarios", "junit: reports/results"),
    "no last step": ("Jenkins", "sh 'make notify'", "sh 'true'"),
    "a clean sweep": ("Jenkins", " -e /reports/memory", ""),
    "no results": ("Jenkins", "          junit 'reports/scenarios.xml'\n", ""),
    "nothing in the archive": ("Jenkins", "artifacts: 'reports/allure.html, ", "artifacts: '"),
    "no report after red shards": ("Jenkins", CATCH_SHARDS, ""),
    "a red shard, no stash": (
        "Jenkins",
        """always {
                dir(""",
        """success {
                dir(""",
    ),
    "a stash of another name": ("Jenkins", '"shard-${GROUP}"', "'shard-${GROUP}'"),
    "shards on top of each other": ("Jenkins", "dir('shards/2')", "dir('shards/1')"),
    "a memory on some node": ("Jenkins", "          label 'single-window-report'\n", ""),
    "a memory in some workspace": (
        "Jenkins",
        "          customWorkspace 'single-window-report'\n",
        "",
    ),
    "results of green nights alone": (
        "Jenkins",
        "      post {\n        always {\n          publishHTML",
        "      post {\n        success {\n          publishHTML",
    ),
}


@pytest.mark.parametrize("loss", BROKEN)
def test_pipeline_that_loses_something_is_found(loss, act):
    """Without any of its provisions a file no longer brings a red night to people's eyes."""
    name, old, new = BROKEN[loss]
    whole = pipeline(name)

    night = act(name, "red", "red", text=whole.replace(old, new))

    assert old in whole
    assert not has_all(name, night)


CARELESS = {
    "a lost shard, no report": (
        "lost",
        "catchError { dir('shards/2')",
        "timeout(1) { dir('shards/2')",
    ),
    "the shard of yesterday": ("lost", f"{CLEAN} -e /reports/memory'", "sh 'true'"),
    "the report of yesterday": ("full", f"{CLEAN} -e /reports/memory'", "sh 'true'"),
    "the results of yesterday": ("bare", f"{CLEAN}'", "sh 'true'"),
}


@pytest.mark.parametrize("loss", CARELESS)
def test_jenkins_without_its_care_is_found(loss, act):
    """Jenkins keeps its workspaces and does not forgive a missing stash; the file has to."""
    trouble, old, new = CARELESS[loss]
    whole = pipeline("Jenkins")

    night = act("Jenkins", "green", trouble, text=whole.replace(old, new))

    assert old in whole
    assert published(night) != LEFT[trouble]


def test_steps_end_before_their_jobs():
    """What runs too long is stopped alone, so that what comes after it has time to tell."""
    github, gitlab = (yaml.safe_load(pipeline(name)) for name in ("GitHub", "GitLab"))

    for job in github["jobs"].values():
        makes = [step for step in job["steps"] if "make" in step.get("run", "")]
        assert sum(step["timeout-minutes"] for step in makes) < job["timeout-minutes"]
    for job in (gitlab[name] for name in JOBS):
        given = {**gitlab["variables"], **job.get("variables", {})}
        limits = (given[f"RUNNER_{kind}_TIMEOUT"] for kind in ("SCRIPT", "AFTER_SCRIPT"))
        assert sum(int(one.removesuffix("m")) for one in limits) < int(job["timeout"][:-1])
    stages = parse(pipeline("Jenkins")).one("pipeline").one("stages")
    for job in [stages.body[0].one("matrix"), *stages.body[1:]]:
        steps = [one for one in job.within("timeout") if one.body]
        assert len(job.within("sh")) - len(steps) == 1  # git clean
        assert all(step.body[0].word == "sh" for step in steps)
        [limit] = job.one("options").every("timeout")
        assert sum(map(minutes_of, steps)) < minutes_of(limit)


def minutes_of(timeout):
    """Return how long a time-out of Jenkins is."""
    assert timeout.named["unit"] == "MINUTES"
    return int(timeout.named["time"])


def test_nights_do_not_write_the_memory_at_once():
    """The next night waits until this one is over."""
    github, gitlab = (yaml.safe_load(pipeline(name)) for name in ("GitHub", "GitLab"))
    jenkins = parse(pipeline("Jenkins")).one("pipeline")

    assert github["concurrency"]
    assert gitlab["report"]["resource_group"]
    assert jenkins.one("options").one("disableConcurrentBuilds")


def test_nobody_elses_changes_start_a_night():
    """Secrets are there in a night, so nights begin by the clock or by hand."""
    github, gitlab = (yaml.safe_load(pipeline(name)) for name in ("GitHub", "GitLab"))

    assert set(github[True]) == {"schedule", "workflow_dispatch"}  # YAML reads `on` as true
    for job in JOBS:
        [rule] = gitlab[job]["rules"]
        assert SOURCE.findall(rule["if"]) == ["schedule", "web"]


UNKNOWN = {
    "an action": ("GitHub", "- run: make notify", "- uses: somebody/something@v1"),
    "a shell": ("GitHub", "- run: make notify", "- run: make notify\n        shell: zsh"),
    "a script": ("GitLab", "  script:\n", "  before_script: []\n  script:\n"),
    "a step": ("Jenkins", "sh 'make notify'", "bat 'make notify'"),
}


@pytest.mark.parametrize("what", UNKNOWN)
def test_what_nobody_has_acted_out_is_refused(what, act):
    """A file that uses more of a system than is acted out is an error, not a green test."""
    name, old, new = UNKNOWN[what]
    whole = pipeline(name)

    with pytest.raises(AssertionError, match="nobody has acted out"):
        act(name, "green", text=whole.replace(old, new, 1))

    assert old in whole
