"""The account of a night as JUnit XML: one case for each scenario, one for each trouble."""

import xml.etree.ElementTree as ET

from fixtures.verdict import NAMES, Json, ScenarioState
from reports.account import NightAccount, Trouble
from reports.categories import SURROUNDINGS, category

PICTURES = "reports/site"  # relative to the project's folder, where GitLab and Jenkins look
TROUBLES = "夜间回归"  # the suite of what no scenario can tell
WITHOUT_RESULT = {ScenarioState.NOT_RUN, ScenarioState.NOT_COLLECTED}
COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def junit(account: NightAccount) -> str:
    """Return the document."""
    root = ET.Element("testsuites", name="单一窗口")
    suites: dict[str, ET.Element] = {}
    for name in sorted(account.states, key=lambda name: _place(account, name)):
        feature = name.partition(" › ")[0]
        if feature not in suites:
            suites[feature] = ET.SubElement(root, "testsuite", name=feature)
        _case(suites[feature], account, name)
    if account.troubles:
        suites[TROUBLES] = ET.SubElement(root, "testsuite", name=TROUBLES)
    for trouble in account.troubles:
        _trouble(suites[TROUBLES], trouble)
    for suite in (root, *suites.values()):
        _count(suite)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: ET.Element, account: NightAccount, name: str) -> None:
    tries = account.by_scenario.get(name, [])
    now = account.states[name]
    file, line = _place(account, name)
    case = ET.SubElement(
        suite,
        "testcase",
        classname=name.rpartition(" › ")[0],
        name=name.rpartition(" › ")[2],
        file=f"features/{file}",
        line=str(line),
        time=f"{sum(attempt['seconds'] for attempt in tries):.3f}",
    )
    properties = ET.SubElement(case, "properties")
    for clause in tries[-1]["clauses"] if tries else account.expected[name].clauses:
        ET.SubElement(properties, "property", name="条款", value=clause)
    ET.SubElement(properties, "property", name="结果", value=NAMES[now])
    _outcome(case, now, tries, account.why.get(name, ""))
    if picture := account.pictures.get(name):
        ET.SubElement(case, "system-out").text = f"[[ATTACHMENT|{PICTURES}/{picture}]]"


def _outcome(case: ET.Element, now: ScenarioState, tries: list[Json], why: str) -> None:
    """Add the element that tells a reader of JUnit that a scenario did not pass."""
    bad = next((one for one in reversed(tries) if one["outcome"] == "failed"), None)
    message = bad["message"] if bad else why
    told = {"message": _clean(message.partition("\n")[0]), "type": NAMES[now]}
    words = _clean("\n".join(filter(None, (bad["step"] if bad else "", message))))
    if now in WITHOUT_RESULT or (now is ScenarioState.FAILED and category(message) == SURROUNDINGS):
        ET.SubElement(case, "error", told).text = words
    elif now in {ScenarioState.FAILED, ScenarioState.FLAKY}:
        ET.SubElement(case, "failure", told).text = words
    elif now in {ScenarioState.QUARANTINED, ScenarioState.SKIPPED}:
        ET.SubElement(case, "skipped", message=f"{NAMES[now]}：{told['message']}")


def _trouble(suite: ET.Element, trouble: Trouble) -> None:
    case = ET.SubElement(
        suite, "testcase", classname=TROUBLES, name=_clean(trouble.place), time="0.000"
    )
    words = _clean("\n".join(filter(None, (trouble.reach, trouble.message))))
    cause = trouble.message.strip().partition("\n")[0]
    told = {"message": _clean(f"{trouble.place}：{cause}"), "type": "问题"}
    ET.SubElement(case, "error", told).text = words


def _place(account: NightAccount, name: str) -> tuple[str, int]:
    """Return the file of a scenario and its line; a check of the project has none."""
    tries = account.by_scenario.get(name)
    expected = account.expected.get(name)
    place = tries[-1]["place"] if tries else expected.place if expected else ":0"
    file, _, line = place.rpartition(":")
    return file, int(line)


def _count(suite: ET.Element) -> None:
    cases = list(suite.iter("testcase"))
    suite.set("tests", str(len(cases)))
    for attribute, element in COUNTED.items():
        suite.set(attribute, str(sum(case.find(element) is not None for case in cases)))
    suite.set("time", f"{sum(float(case.get('time', 0)) for case in cases):.3f}")


def _clean(text: str) -> str:
    """Remove the characters that XML does not allow."""
    return "".join(one for one in text if one in "\n\t" or one.isprintable())
