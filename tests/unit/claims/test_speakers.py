"""Who says it, where the speaker stands between two commas; and who only begins another clause."""

from __future__ import annotations

import pytest

from mapapp.model import CONTROL_CHANGES
from tests.unit.claims.test_sides import read


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("The Front captured Bree, state television said on Monday, showing empty streets.", "state television"),
        ("The Front captured Bree, two officials told Kay News, and the camp beside it.", "two officials"),
        ("The Front captured Bree, a spokesman said in a statement.", "a spokesman"),
        ("The Front captured Bree, and residents said that water was short, too.", None),
    ],
)
def test_a_speaker_between_two_commas_answers_for_what_stands_before(text: str, speaker: str | None) -> None:
    said = {claim.speaker for claim in read(text) if claim.kind in CONTROL_CHANGES and claim.actor == "FRO"}
    assert said == {speaker}
