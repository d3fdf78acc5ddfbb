"""Entities that the characters of a message give away."""

from __future__ import annotations

import pytest

from rasa_project.components import patterns
from tests.rasa_project.components.marked import TODAY, expected, found, plain

SAID = [
    # email
    ("write to [Anna.Smith+x@Example.co.uk](email: anna.smith+x@example.co.uk).", None),
    ("邮箱是[ａｎｎａ＠example.com](email: anna@example.com)", None),
    ("to [mary.o'neil@shop.co.uk](email: mary.o'neil@shop.co.uk)", None),
    # money
    ("lamps under [£50](money: 50 GBP) please", "max"),
    ("less than [20 pounds](money: 20 GBP)", "max"),
    ("[$1,234.50](money: 1234.50 USD)", None),
    ("[GBP 30](money: 30 GBP) or [30 gbp](money: 30 GBP)", None),
    ("[fifty euros](money: 50 EUR)", None),
    ("over [€100](money: 100 EUR)", "min"),
    ("under [50](money: 50)", "max"),
    ("我想找红色的台灯，[50英镑](money: 50 GBP)以内", "max"),
    ("[50](money: 50)以内", "max"),
    ("不超过[50](money: 50)", "max"),
    ("别超过[50](money: 50)", "max"),
    ("not over [40](money: 40)", "max"),
    ("no more than [£40](money: 40 GBP)", "max"),
    ("no less than [40 pounds](money: 40 GBP)", "min"),
    ("不低于[50元](money: 50 CNY)", "min"),
    ("[两百元](money: 200 CNY)以上", "min"),
    ("[50块](money: 50 CNY)", None),
    ("[100元](money: 100 CNY)[50](number: 50)个", None),
    ("[5k](number: 5000) units for [£2k](money: 2000 GBP)", None),
    ("[10万元](money: 100000 CNY)", None),
    ("[300 US dollars](money: 300 USD)", None),
    ("[£5](money: 5 GBP) a day", None),
    # percent
    ("[10%](percent: 10) off", None),
    ("under [50%](percent: 50)", None),
    ("[12.5 percent](percent: 12.5)", None),
    ("[百分之十](percent: 10)", None),
    ("[百分之12.5](percent: 12.5)", None),
    ("打[八折](percent: 20)", None),
    ("给客户[17850](code: 17850)打[95折](percent: 5)", None),
    ("[8.5折](percent: 15)", None),
    # phone
    ("call [+44 20 7946 0958](phone: +442079460958)", None),
    ("[13812345678](phone: 13812345678)", None),
    ("[138 1234 5678](phone: 13812345678)", None),
    ("[020 7946 0958](phone: 02079460958)", None),
    ("[(555) 123-4567](phone: 5551234567)", None),
    ("[555-123-4567](phone: 5551234567)", None),
    # a quantity, by a sign beside it
    ("[200](number: 200) x [85123A](code: 85123A)", None),
    ("[2000](number: 2000) x [85123A](code: 85123A)", None),
    ("[85123A](code: 85123A) x [1500](number: 1500)", None),
    ("×[200](number: 200)", None),
    ("[2000](number: 2000)个[85123A](code: 85123A)", None),
    ("[2000](number: 2000) of [85123a](code: 85123A)", None),
    ("[LAMP-012](code: LAMP-012)[两](number: 2)个", None),
    ("quote for [1,500](number: 1500) units of [22423](code: 22423)", None),
    ("qty [2500](number: 2500)", None),
    ("数量：[1500](number: 1500)", None),
    ("要[三](number: 3)盏台灯", None),
    ("[一百二十](number: 120)个", None),
    ("[两千五百](number: 2500)件", None),
    ("来[一](number: 1)个", None),
    ("买[一](number: 1)个[85123A](code: 85123A)", None),
    ("[2.5k](number: 2500) pieces", None),
    ("[2万](number: 20000)件", None),
    ("[1 million](number: 1000000)", None),
    ("[两打](number: 24)杯子", None),
    # code
    ("[SC100234](code: SC100234) and [c00042](code: C00042)", None),
    ("[８５１２３Ａ](code: 85123A)", None),
    ("[LAMP-012-RED](code: LAMP-012-RED)", None),
    ("[sku-12](code: SKU-12)", None),
    ("订单[536365](code: 536365)到哪里了", None),
    ("customer [17850](code: 17850)", None),
    ("order #[12](code: 12)", None),
    # any other whole number
    ("I want [two hundred](number: 200) of [85123A](code: 85123A)", None),
    ("[half a dozen](number: 6) mugs", None),
    ("[12](number: 12) mugs and [3](number: 3) lamps", None),
    ("I want [one](number: 1) lamp", None),
    ("[one](number: 1)", None),
    ("[二十](number: 20)", None),
    # what is no quantity, no code and no price
    ("the red one, which one is cheaper", None),
    ("我要一个报价", None),
    ("三四个", None),
    ("at 5 pm, 24/7, 3-5 business days, 24 hours, 2-day delivery, the 1990s", None),
    ("3个工作日, 24小时, 9点到18点", None),
    ("size 38, 38码, top 10 products, version 2, 5 stars", None),
    ("a 60x90 rug, 60×90厘米, a 4K TV", None),
    ("几百块, 一两百块, 三四天", None),
    ("300ml mug, 60W bulb, 1.5kg, A4 paper, 30 x 40 cm", None),
    ("a 12-month warranty, version 1.2.3, 3.5 stars, 5-10", None),
    ("hello, where is my order?", None),
    ("我想退货", None),
    ("😀👍", None),
    ("", None),
]


@pytest.mark.parametrize(("said", "bound"), SAID)
def test_finds_what_is_marked_and_nothing_else(said: str, bound: str | None) -> None:
    assert found(said) == expected(said)
    bounds = {one.bound for one in patterns.find(plain(said), TODAY) if one.entity == "money"}
    assert bounds <= {bound}


@pytest.mark.parametrize(
    "said",
    [
        "between [£20](money: 20 GBP) and [£30](money: 30 GBP)",
        "[£20](money: 20 GBP)-[£30](money: 30 GBP)",
        "[£20](money: 20 GBP)-[30](money: 30 GBP)",
        "[20](money: 20 GBP) to [30 pounds](money: 30 GBP)",
        "[500](money: 500 CNY)到[800元](money: 800 CNY)",
        "价格在[100](money: 100)-[200](money: 200)之间",
    ],
)
def test_a_range_of_prices_has_two_bounds(said: str) -> None:
    text = plain(said)
    lower, upper = patterns.find(text, TODAY)
    assert (lower.bound, upper.bound) == ("min", "max")
    values = [value for _, value, _ in expected(said)]
    assert [lower.value, upper.value] == [value.removeprefix("£") for value in values]
