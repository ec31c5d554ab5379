"""What the resolver tells of its choices."""

from __future__ import annotations

import pytest

from mapapp.places.gazetteer import Gazetteer
from mapapp.places.recognise import recognise
from mapapp.places.resolve import resolve

TEXT = "Police in Paris, Texas, met officers from Hama province in Syria; Congo and Izium in Ukraine sent nobody."


@pytest.mark.parametrize("home", [None, (33.7, -95.5)])
def test_the_named_features_of_each_option_add_up_to_its_score(
    gazetteer: Gazetteer, home: tuple[float, float] | None
) -> None:
    decisions = resolve(recognise(TEXT, gazetteer=gazetteer), home=home)
    options = [option for decision in decisions for option in decision.sense.options]
    assert len(decisions) >= 6
    for option in options:
        assert sum(value for _, value in option.parts) == pytest.approx(option.score)
    names = {name for option in options for name, value in option.parts if value}
    assert {"contained", "unit_named", "variant", "population", "country_class", "same_country"} <= names
