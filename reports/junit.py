"""The verdict on each scenario as JUnit XML: one case each, in the guide's words."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping

from fixtures.verdict import NAMES, Json, ScenarioState, state, title

PICTURES = "reports/site"  # relative to the project's folder, where GitLab and Jenkins look


def junit(attempts: Mapping[str, list[Json]], pictures: Mapping[str, str]) -> str:
    """Return the document; `pictures` has a file of the report for some of the failures."""
    root = ET.Element("testsuites", name="单一窗口")
    suites: dict[str, ET.Element] = {}
    for name, tries in attempts.items():
        feature = tries[0]["feature"]
        if feature not in suites:
            suites[feature] = ET.SubElement(root, "testsuite", name=feature)
        _case(suites[feature], name, tries, pictures.get(name, ""))
    for suite in (root, *suites.values()):
        _count(suite)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: ET.Element, name: str, tries: list[Json], picture: str) -> None:
    now, last = state(tries), tries[-1]
    file, _, line = last["place"].rpartition(":")
    seconds = sum(attempt["seconds"] for attempt in tries)
    case = ET.SubElement(
        suite,
        "testcase",
        classname=name.removesuffix(f" › {title(last)}"),
        name=title(last),
        file=f"features/{file}",
        line=line,
        time=f"{seconds:.3f}",
    )
    properties = ET.SubElement(case, "properties")
    for clause in last["clauses"]:
        ET.SubElement(properties, "property", name="条款", value=clause)
    ET.SubElement(properties, "property", name="结果", value=NAMES[now])
    bad = next((one for one in reversed(tries) if one["outcome"] == "failed"), last)
    told = {"message": _clean(bad["message"].partition("\n")[0]), "type": NAMES[now]}
    words = _clean("\n".join(filter(None, (bad["step"], bad["message"]))))
    if now is ScenarioState.FAILED:
        ET.SubElement(case, "failure", told).text = words
    elif now is ScenarioState.FLAKY:
        ET.SubElement(case, "flakyFailure", told).text = words
    elif now is ScenarioState.QUARANTINED:
        ET.SubElement(case, "skipped", message=f"{NAMES[now]}：{told['message']}")
    elif now is ScenarioState.SKIPPED:
        ET.SubElement(case, "skipped", message=NAMES[now])
    if picture:
        ET.SubElement(case, "system-out").text = f"[[ATTACHMENT|{PICTURES}/{picture}]]"


def _count(suite: ET.Element) -> None:
    cases = list(suite.iter("testcase"))
    suite.set("tests", str(len(cases)))
    suite.set("failures", str(sum(case.find("failure") is not None for case in cases)))
    suite.set("errors", "0")
    suite.set("skipped", str(sum(case.find("skipped") is not None for case in cases)))
    suite.set("time", f"{sum(float(case.get('time', 0)) for case in cases):.3f}")


def _clean(text: str) -> str:
    """Remove the characters that XML does not allow."""
    return "".join(one for one in text if one in "\n\t" or one.isprintable())
