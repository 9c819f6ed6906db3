"""Core's warnings in the page's language."""

from __future__ import annotations

import re
from collections.abc import Iterable

# (pattern of core's English sentence, Korean)
_KOREAN: list[tuple[str, str]] = [
    (r"^A series of (?P<n>\d+) time points: the first was taken", "시점 {n}개가 든 시계열에서 첫 시점을 골랐습니다."),
    (r"^The header has a negative spacing", "헤더의 복셀 간격이 음수여서 절댓값을 썼습니다."),
    (r"^Analyze 7\.5 does not say", "Analyze 7.5 형식에는 좌우 정보가 없어 x가 오른쪽에서 왼쪽으로 간다고 보았습니다."),
    (r"^The header does not say how the scan lies", "헤더에 방향 정보가 없어(qform·sform 코드 0) x가 오른쪽에서 왼쪽으로 간다고 보았습니다."),
    (r"^The qform is not a rotation", "qform이 회전이 아니어서 sform을 따랐습니다."),
    (r"^qform and sform disagree by up to (?P<mm>[\d.]+) mm", "qform과 sform이 최대 {mm} mm 다릅니다. sform을 따랐습니다."),
    (r"^The sform is of no use", "sform을 쓸 수 없어(공간이 납작해짐) qform을 따랐습니다."),
    (r"^The header gives a spacing of (?P<told>.+?) mm, its sform one of (?P<taken>.+?) mm", "헤더의 복셀 간격({told} mm)과 sform의 간격({taken} mm)이 다릅니다. sform을 따랐습니다."),
    (r"^The header gives its spacing in (?P<unit>\w+)s", "헤더의 간격 단위가 {unit}이지만 mm로 읽었습니다."),
    (r"^A spacing of (?P<size>.+?) mm is unusual", "복셀 간격 {size} mm는 흔하지 않은 값입니다."),
    (r"^A spacing of (?P<size>.+?) mm is far from what the network was trained on \((?P<range>.+?)\)", "복셀 간격 {size} mm는 모델이 학습한 범위({range})에서 크게 벗어납니다."),
    (r"these are not HU.*The mask means nothing then", "값이 HU가 아닌 것 같습니다(MRI이거나 값이 옮겨진 CT). 그렇다면 마스크는 의미가 없습니다."),
    (r"The mask means nothing then", "값이 HU 같지 않습니다. 그렇다면 마스크는 의미가 없습니다."),
    (r"^Every side of this scan is (?P<mm>\d+) mm or longer", "모든 변이 {mm} mm 이상입니다. 이 모델은 한쪽 해마 주변을 잘라 낸 영상으로 학습해서, 머리 전체에는 맞지 않습니다."),
    (r"^The longest side of this scan is (?P<mm>\d+) mm", "가장 긴 변이 {mm} mm입니다. 이 모델은 머리 전체로 학습해서, 잘라 낸 영상에는 맞지 않습니다."),
    (r"^The values look like HU", "값이 HU로 보여 CT인 것 같습니다. 이 모델은 MRI로 학습했으므로 그렇다면 마스크를 믿지 마세요."),
    (r"^The brain found has (?P<ml>\d+) ml.+?\((?P<low>\d+) to (?P<high>\d+) ml\)", "찾은 뇌가 {ml} ml여서 성인의 머리 전체({low}~{high} ml)로 보기 어렵습니다. 다른 부위이거나 머리의 일부일 수 있습니다."),
    (r"^Of the brain stem (?P<ml>[\d.]+) ml were found", "뇌줄기가 {ml} ml밖에 나오지 않아 머리 전체로 보기 어렵습니다. 다른 부위이거나 머리의 일부일 수 있습니다."),
    (r"^Of the cerebellum (?P<ml>[\d.]+) ml were found", "소뇌가 {ml} ml밖에 나오지 않아 머리 전체로 보기 어렵습니다. 다른 부위이거나 머리의 일부일 수 있습니다."),
    (r"^This does not look like a scan of head or neck", "두경부 영상으로 보이지 않습니다. 있어야 할 것이 너무 적게 나와 마스크를 비웠습니다."),
    (r"^This does not look like a scan of", "이 모델이 아는 부위의 영상으로 보이지 않습니다. 있어야 할 것이 너무 적게 나와 마스크를 비웠습니다."),
    (r"^Nothing was found", "아무것도 찾지 못했습니다."),
    (r"^The file does not say how large its voxels are", "파일에 복셀 크기가 없어 1 mm로 보았습니다."),
    (r"^(?P<n>\d+) voxels \((?P<share>.+?) %\) are not numbers", "복셀 {n}개({share}%)가 숫자가 아니어서 가장 작은 값으로 바꾸었습니다."),
]  # fmt: skip


def tell(sentence: str, w: dict[str, str]) -> str:
    """A warning as the page's visitors read it; core's English where there is no Korean for it."""
    if w["language"] == "ko":
        for pattern, korean in _KOREAN:
            if found := re.search(pattern, sentence):
                return korean.format(**found.groupdict())
    return sentence


def tell_all(sentences: Iterable[str], w: dict[str, str]) -> list[str]:
    return [tell(sentence, w) for sentence in sentences]
