"""What gives a person's name away: forms of address, and the surnames that most Chinese bear."""

from __future__ import annotations

from typing import Final

TITLES: Final = frozenset(
    [
        *("mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "madam"),
        *("先生", "女士", "小姐", "太太", "老师", "老師", "经理", "經理", "医生", "醫生", "总"),
    ]
)
"""Forms of address: before an English name, after a Chinese one."""

SURNAMES: Final = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾萧肖田董袁潘于蒋蔡余杜叶程苏魏吕"
    "丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃"
    "武戴莫孔向汤欧"
    "張劉陳楊黃趙吳孫馬羅鄭謝許韓馮鄧蕭葉蘇呂盧鍾譚陸賈韋鄒嚴錢龍賀顧龔萬湯歐閻"
)
"""The hundred commonest surnames, simplified and traditional."""
