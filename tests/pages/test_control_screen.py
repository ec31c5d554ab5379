"""The Control screen without a browser: one day for all of it, evidence, differences, areas."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from mapapp.theatres.theatre import Theatre

OpenApp = Callable[..., AppTest]


def find_table(app: AppTest, *columns: str) -> pd.DataFrame:
    tables: list[pd.DataFrame] = [element.value for element in app.dataframe]
    return next(table for table in tables if set(columns) <= set(table.columns))


def choose_place(app: AppTest, name: str) -> None:
    box = app.selectbox(key="control_place")
    box.select_index(next(number for number, option in enumerate(box.options) if option.startswith(f"{name},"))).run()


def test_the_day_of_the_address_is_that_of_the_screen(open_app: OpenApp) -> None:
    app = open_app("control", day="2024-12-05")
    assert not app.exception
    assert not app.error
    assert app.select_slider(key="control_day").value == date(2024, 12, 5)


def test_a_day_that_is_chosen_is_written_into_the_address(open_app: OpenApp) -> None:
    app = open_app("control", day="2024-12-05")
    app.select_slider(key="control_day").set_value(date(2024, 12, 8)).run()
    assert app.query_params["day"] == "2024-12-08"


def test_a_place_is_answered_with_state_evidence_and_history(open_app: OpenApp) -> None:
    app = open_app("control", day="2024-12-08")
    choose_place(app, "Homs")
    assert not app.exception
    assert any("Tahrir" in text.value and text.value.startswith("####") for text in app.markdown)
    evidence = find_table(app, "Words", "Says who", "Assertion")
    assert set(evidence[""]) <= {"for", "against"}
    assert len(evidence) >= 1
    assert len(find_table(app, "From", "To", "Status")) >= 2


def test_an_area_that_nothing_speaks_of_says_so(open_app: OpenApp, theatre: Theatre) -> None:
    app = open_app("control", day=str(theatre.first_day))
    assert any("as on the first day" in caption.value for caption in app.caption)


def test_the_balance_of_two_days_adds_up_to_nothing(open_app: OpenApp) -> None:
    table = find_table(open_app("control"), "Party", "Change, km²")
    assert table["Change, km²"].sum() == pytest.approx(0, abs=len(table))


def test_a_party_sees_only_what_touches_it(open_app: OpenApp) -> None:
    app = open_app("control")
    everybody = find_table(app, "Place", "What", "On")
    app.selectbox(key="control_party").set_value("SDF").run()
    mine = find_table(app, "Place", "What", "On")
    assert 0 < len(mine) < len(everybody)
    assert set(mine["What"]) <= {"gained", "lost", "became contested", "holder the same, otherwise known"}


def test_the_areas_of_the_day_add_up(open_app: OpenApp) -> None:
    table = find_table(open_app("control", day="2024-12-08"), "Party", "People of its places")
    assert table["Share"].sum() == pytest.approx(100.0, abs=0.1)


def test_how_much_of_the_area_nobody_reports_on_stands_beside_the_shares(open_app: OpenApp) -> None:
    app = open_app("control", day="2024-12-08")
    table = find_table(app, "Party", "People of its places")
    far = table["Over 30 km from a place, km²"]
    assert ((far >= 0) & (far <= table["km²"])).all()
    share = 100 * far.sum() / table["km²"].sum()
    assert 20 < share < 50
    assert any(f"The other {share:.0f} % lies farther away" in caption.value for caption in app.caption)


def test_a_click_on_the_chart_chooses_the_day(open_app: OpenApp) -> None:
    from mapapp.charts import DAY_CLICK, DAY_FIELD
    from mapapp.ui.control_screen import read_clicked_day

    def clicked(value: Any) -> dict[str, Any]:
        return {"selection": {DAY_CLICK: value}}

    assert read_clicked_day(clicked([{DAY_FIELD: "2024-12-01"}])) == date(2024, 12, 1)
    for nothing in ([], [{}], None, [{DAY_FIELD: None}], "x", [{DAY_FIELD: "2024-13-01"}]):
        assert read_clicked_day(clicked(nothing)) is None


def test_the_whole_choice_is_in_the_address_and_opens_from_it(open_app: OpenApp, theatre: Theatre) -> None:
    app = open_app("control")
    area = app.selectbox(key="control_place").value
    assert app.query_params["area"] == area
    party = theatre.actors[1].code
    app.selectbox(key="control_party").set_value(party).run()
    assert app.query_params["party"] == party
    again = open_app("map")
    for name, value in {"area": area, "party": party, "since": "2024-11-30", "until": "2024-12-08"}.items():
        again.query_params[name] = value
    again.query_params["day"] = "2024-12-05"
    again.switch_page("pages/control.py").run()
    assert not again.exception
    assert again.selectbox(key="control_party").value == party
    assert [day.isoformat() for day in again.select_slider(key="control_span").value] == ["2024-11-30", "2024-12-08"]


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"area": "<b>x"}, "no area"),
        ({"party": "NOBODY"}, "no party"),
        ({"since": "2024-12-08", "until": "2024-11-30"}, "not two days"),
        ({"since": "soon", "until": "2024-12-08"}, "soon"),
    ],
)
def test_what_an_address_gets_wrong_is_said(open_app: OpenApp, params: dict[str, str], words: str) -> None:
    app = open_app("map")
    for name, value in params.items():
        app.query_params[name] = value
    app.switch_page("pages/control.py").run()
    assert not app.exception
    assert any(words in box.value for box in app.warning)
