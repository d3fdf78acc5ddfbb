"""Words for one of the things shown, and for what was bought before."""

from __future__ import annotations

import pytest

from tests.rasa_project.components.marked import expected, found

SAID = [
    "the [second one](ordinal: 2)",
    "[first](ordinal: 1)",
    "the [last one](ordinal: -1)",
    "[number 3](ordinal: 3) of the list",
    "[#2](ordinal: 2)",
    "[第二个](ordinal: 2)",
    "[最后一个](ordinal: -1)",
    "[第1款](ordinal: 1)",
    "second-hand lamp",
    "my first name is Bob",
    "第一次",
    "[same as last time](reference: last_time)",
    "[the usual](reference: last_time)",
    "[like before](reference: last_time)",
    "[和上次一样](reference: last_time)",
    "[老样子](reference: last_time)",
    "[照旧](reference: last_time)",
    "第二天",
    "第二个月",
    "第二个星期",
    "[第三件](ordinal: 3)商品",
    "[倒数第二个](ordinal: -2)",
    "[最后那款](ordinal: -1)",
    "最后一次",
    "order [2026-001](code: 2026-001)",
    "the [first](ordinal: 1) and the [third](ordinal: 3)",
    "show me the [third](ordinal: 3) lamp",
    "the [2nd](ordinal: 2)",
    "the [3rd one](ordinal: 3) please",
    "[second](ordinal: 2) please",
    "[last one](ordinal: -1)",
    "the [last](ordinal: -1)",
    "the last order",
    "my last order",
    "[option 2](ordinal: 2)",
    "[No. 3](ordinal: 3)",
    "phone number [5](number: 5)",
    "order #[2](code: 2)",
    "[#2](ordinal: 2) please",
    "[#12](ordinal: 12)",
    "#[21](code: 21)",
    "订单#[2](code: 2)",
    "number 3.5",
    "at first I thought",
    "first of all",
    "the first time",
    "third party sellers",
    "the usual delivery time",
    "as usual",
    "[same again](reference: last_time) please",
    "the same one [as last time](reference: last_time)",
    "[what I ordered last time](reference: last_time)",
    "[跟以前一样](reference: last_time)",
    "[按上次](reference: last_time)的来",
    "[上次买的](reference: last_time)那个",
    "[和之前的一样](reference: last_time)",
    "[照旧](reference: last_time)吧",
    "[2](number: 2) of the [first one](ordinal: 1)",
    "我要[第二个](ordinal: 2)，来[3](number: 3)个",
    "[same as last time](reference: last_time) but [20](number: 20)",
]


@pytest.mark.parametrize("said", SAID)
def test_tells_which_one(said: str) -> None:
    assert found(said) == expected(said)
