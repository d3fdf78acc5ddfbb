"""Numbers in digits, English words and Chinese characters."""

import pytest

from rasa_project.components.numerals import whole_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("200", 200),
        ("1,500", 1500),
        ("1,234,567", 1_234_567),
        ("one", 1),
        ("Twelve", 12),
        ("twenty-five", 25),
        ("ninety nine", 99),
        ("dozen", 12),
        ("a dozen", 12),
        ("half a dozen", 6),
        ("two dozen", 24),
        ("hundred", 100),
        ("two hundred and fifty", 250),
        ("three thousand", 3000),
        ("零", 0),
        ("两", 2),
        ("兩", 2),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("二十三", 23),
        ("一百零二", 102),
        ("一百二", 120),
        ("一百二十", 120),
        ("两千五百", 2500),
        ("一千五", 1500),
        ("一万", 10_000),
        ("两万三", 23_000),
        ("十二万三千四百五十六", 123_456),
        ("二〇二六", 2026),
    ],
)
def test_reads_numbers(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["", "some", "a", "1.5", "12345678", "三四", "个", "twentyfive"])
def test_reads_nothing_else(text: str) -> None:
    assert whole_number(text) is None


def test_reads_every_chinese_number_below_ten_thousand() -> None:
    digits = "零一二三四五六七八九"

    def written(number: int) -> str:
        text = ""
        for multiple, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
            digit, number = divmod(number, multiple)
            if digit:
                text += digits[digit] + sign
            elif text and number and not text.endswith("零"):
                text += "零"
        return text

    for number in range(1, 10_000):
        assert whole_number(written(number)) == number
