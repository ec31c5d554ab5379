"""Folding, sentences and unsafe characters."""

import pytest

from mapapp.text import fold, fold_with_offsets, has_control_or_bidi, show_plain, split_sentences


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("São Tomé", "sao tome"),
        ("Ma’arrat", "ma'arrat"),
        ("Ma`arrat", "ma'arrat"),
        ("Deir ez‑Zor", "deir ez-zor"),
        ("Deir\u00a0ez–Zor", "deir ez-zor"),
        ("إدلب", "ادلب"),
        ("حمـــاة", "حماه"),
        ("حَلَب", "حلب"),
        ("المدينة", "المدينه"),
        ("کرکوک", "كركوك"),
        ("Łódź", "lodz"),
        ("İzmir", "izmir"),
        ("٢٠٢٤", "2024"),
        ("so\u00adft", "soft"),
        ("\u202eHama\u202c", "hama"),
        ("„Köln“", '"koln"'),
    ],
)
def test_folding_makes_spellings_equal(left: str, right: str) -> None:
    assert fold(left) == right


def test_offsets_lead_back_to_the_original() -> None:
    text = "Die Straße nach\u200f Ḥamāh"
    folded, offsets = fold_with_offsets(text)
    start = folded.index("hamah")
    assert text[offsets[start] : offsets[start + 5]] == "Ḥamāh"
    assert len(offsets) == len(folded) + 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mr. Ali left. He went home.", ["Mr. Ali left.", "He went home."]),
        ("The U.S. Army came. It left.", ["The U.S. Army came.", "It left."]),
        ("They came from the U.S. The rest stayed.", ["They came from the U.S.", "The rest stayed."]),
        ("It fell at 5 a.m. on Sunday. All fled.", ["It fell at 5 a.m. on Sunday.", "All fled."]),
        ("Some 3.5 million fled. Many drowned.", ["Some 3.5 million fled.", "Many drowned."]),
        ("J. K. Smith came. Nobody saw.", ["J. K. Smith came.", "Nobody saw."]),
        ("“Leave!” he said. They left.", ["“Leave!” he said.", "They left."]),
        ("“We won.” The crowd sang.", ["“We won.”", "The crowd sang."]),
        ("Heading\nText follows. And more", ["Heading", "Text follows.", "And more"]),
        ("سقطت حماة. هل تسقط حمص؟ لا أحد يعرف", ["سقطت حماة.", "هل تسقط حمص؟", "لا أحد يعرف"]),
        ("Near St. Louis they met. So what?", ["Near St. Louis they met.", "So what?"]),
        ("Wait... They came.", ["Wait...", "They came."]),
        ("", []),
        ("\n \t", []),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_a_wrapped_text_is_read_across_its_line_ends() -> None:
    text = (
        "The convoy left the town early in the morning and took\n"
        "the road to the coast. It carried about forty people,\n"
        "most of them families of the officers who had been at\n"
        "the base. Nobody was hurt on the way, the driver told.\n"
        "\n"
        "They came home"
    )
    assert [sentence.split()[0] for sentence in sentences(text)] == ["The", "It", "Nobody", "They"]


def test_unsafe_characters_are_found_and_written_out() -> None:
    assert has_control_or_bidi("\x1b[31mred")
    assert not has_control_or_bidi("two\tcolumns\r\n")
    assert show_plain("\x1b[2J\u2066x\ud800") == "\\x1b[2J\\u2066x\\ud800"
    assert show_plain("حماة") == "حماة"
