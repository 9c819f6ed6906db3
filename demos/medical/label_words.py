"""Korean for the names of organs and tissues that other panels do not have."""

from __future__ import annotations

from demos.label_names import label_name

_KOREAN = {
    "rest of the body": "몸의 나머지", "body": "몸 전체", "lungs": "폐", "fat": "지방", "soft tissue": "연부 조직", "bone": "뼈",
    "grey matter": "회백질", "white matter": "백질", "ventricles": "뇌실", "ventricular CSF": "뇌실의 뇌척수액",
    "outer CSF": "뇌 바깥 뇌척수액", "CSF": "뇌척수액", "cerebellum": "소뇌", "cerebellar grey matter": "소뇌 회백질",
    "cerebellar white matter": "소뇌 백질", "brain stem": "뇌줄기", "marrow": "골수", "muscle": "근육", "skin": "피부", "eye": "눈",
    "inner air": "몸속 공기", "tissues": "조직", "structures": "구조물", "rest of the brain": "뇌의 나머지", "other brain": "뇌의 나머지",
}  # fmt: skip
_PAIRED = {
    "hippocampus": "해마", "amygdala": "편도체", "thalamus": "시상", "caudate": "꼬리핵", "putamen": "조가비핵", "pallidum": "창백핵",
}  # fmt: skip
_SIDES = {"left": "왼쪽", "right": "오른쪽"}


def medical_name(name: str, language: str) -> str:
    """A label's name in ``en`` or ``ko``; as core has it where there is no Korean for it.

    >>> medical_name("left thalamus", "ko"), medical_name("left thalamus", "en")
    ('왼쪽 시상', 'left thalamus')
    """
    if language != "ko":
        return name
    if name in _KOREAN or name in _PAIRED:
        return _KOREAN.get(name) or _PAIRED[name]
    side, _, part = name.partition(" ")
    if side in _SIDES and part in _PAIRED:
        return f"{_SIDES[side]} {_PAIRED[part]}"
    return label_name(name, language)
