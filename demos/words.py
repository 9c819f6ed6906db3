"""All texts of the pages, in English and Korean. Every key has both."""

from __future__ import annotations

LANGUAGES = {"en": "English", "ko": "한국어"}

WORDS: dict[str, tuple[str, str]] = {
    # front door
    "tagline": ("Segmentation you can see at work, on your own machine.", "내 컴퓨터에서 바로 보는 이미지 분할."),
    "portrait": ("Portrait", "인물"),
    "portrait_about": ("Keep people sharp, blur or replace the rest.", "사람은 또렷하게, 배경은 흐리거나 바꿔 줍니다."),
    "driving": ("Driving", "주행"),
    "driving_about": ("Road scenes, parsed. Still being built.", "도로 장면 분석. 아직 만드는 중입니다."),
    "medical": ("Medical", "의료"),
    "medical_about": ("CT and MRI volumes. Still being built.", "CT·MRI 볼륨. 아직 만드는 중입니다."),
    "private": ("Nothing you open here leaves this machine.", "여기서 여는 파일은 이 컴퓨터를 벗어나지 않습니다."),
    # photo
    "photo": ("Photo", "사진"),
    "your_photo": ("Your photo: drop, paste or take one", "사진을 끌어다 놓거나, 붙여넣거나, 찍어 보세요"),
    "result": ("Before and after: drag the line", "선을 끌어 전과 후를 비교해 보세요"),
    "example": ("Show the example again", "예시 사진 다시 보기"),
    "background": ("Background", "배경"),
    "blur": ("Blurred", "흐리게"),
    "color": ("Colour", "단색"),
    "image": ("Picture", "다른 사진"),
    "cutout": ("Transparent", "투명"),
    "matte": ("Matte only", "매트만"),
    "f_number": ("Aperture (f-number): smaller blurs more", "조리개 값(f): 작을수록 더 흐려집니다"),
    "shape": ("Shape of out-of-focus lights", "빛망울 모양"),
    "disc": ("Disc", "원형"),
    "hexagon": ("Hexagon", "육각형"),
    "background_color": ("Background colour", "배경색"),
    "background_image": ("Background picture", "배경 사진"),
    "people": ("Who stays sharp", "또렷하게 남길 사람"),
    "person": ("Person {number}", "사람 {number}"),
    "model": ("Network", "모델"),
    "portrait-fine": ("Fine: best edges", "정밀: 가장자리가 가장 깔끔함"),
    "portrait-fast": ("Fast: made for video", "빠름: 동영상용"),
    "about_model": ("What this network is, and what it is bad at", "이 모델의 정보와 한계"),
    "limits": ("What it is bad at", "약한 점"),
    "trained_on": ("Trained on", "학습 데이터"),
    "measured": ("IoU on held-out pictures", "학습에 쓰지 않은 사진에서의 IoU"),
    "licence": ("Licence of the weights", "가중치 라이선스"),
    "download": ("Download in full size", "원본 크기로 내려받기"),
    "times": (
        "Network and edges {first} ms, picture {render} ms, at {width}×{height} px.",
        "모델·가장자리 {first} ms, 합성 {render} ms ({width}×{height} px).",
    ),
    "nobody": (
        "Nobody was found in this picture, so all of it is background.",
        "이 사진에서 사람을 찾지 못해 전체를 배경으로 처리했습니다.",
    ),
    "choose_picture": ("Choose a background picture first.", "먼저 배경 사진을 골라 주세요."),
    # video
    "video": ("Video", "동영상"),
    "your_video": ("Your video", "내 동영상"),
    "start": ("Start", "시작"),
    "cancel": ("Stop here", "여기서 멈추기"),
    "video_result": ("Result", "결과"),
    "preview": ("Latest frame", "방금 처리한 프레임"),
    "video_idle": (
        "Choose a video and press Start. The sound is kept.",
        "동영상을 고르고 시작을 누르세요. 소리는 그대로 남습니다.",
    ),
    "no_video": ("Choose a video first.", "먼저 동영상을 골라 주세요."),
    "progress": ("{done} of {total} frames, {rate} frames/s, {left} left", "{total}프레임 중 {done}, 초당 {rate}프레임, {left} 남음"),
    "progress_open": ("{done} frames, {rate} frames/s", "{done}프레임, 초당 {rate}프레임"),
    "done": ("Done: {frames} frames in {time} ({rate} frames/s).", "완료: {frames}프레임, {time} (초당 {rate}프레임)."),
    "stopped": ("Stopped: the first {frames} frames are kept.", "멈췄습니다. 앞의 {frames}프레임을 저장했습니다."),
    # errors
    "error": ("That did not work", "처리하지 못했습니다"),
    "expired": ("This download has expired; change a setting to make it again.", "내려받기 링크가 만료되었습니다. 설정을 바꿔 다시 만들어 주세요."),
}  # fmt: skip


def words(language: str) -> dict[str, str]:
    """All texts in ``en`` or ``ko``."""
    column = list(LANGUAGES).index(language)
    return {key: texts[column] for key, texts in WORDS.items()}
