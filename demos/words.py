"""All texts of the pages, in English and Korean. Every key has both."""

from __future__ import annotations

from demos.access.words import ACCESS
from demos.driving.words import DRIVING, DRIVING_CARDS, DRIVING_ERRORS
from demos.medical.words import MEDICAL, MEDICAL_CARDS, MEDICAL_ERRORS
from demos.scoring.words import SCORING, SCORING_ERRORS

LANGUAGES = {"en": "English", "ko": "한국어"}

WORDS: dict[str, tuple[str, str]] = {
    # front door
    "applications": ("Applications", "응용 프로그램"),
    "tagline": ("Image segmentation at work, on your own machine.", "내 컴퓨터에서 바로 쓰는 이미지 분할."),
    "portrait": ("Portrait", "인물"),
    "portrait_about": ("Keep people sharp; blur, replace or remove the rest.", "사람은 또렷하게, 배경은 흐리거나 바꾸거나 지웁니다."),
    "driving": ("Driving", "주행"),
    "driving_about": ("Road scenes: what is where, how sure, how right.", "도로 장면에서 무엇이 어디에 있는지 알아봅니다."),
    "medical": ("Medical", "의료"),
    "medical_about": ("CT and MRI volumes: what is where, and how much.", "CT·MRI 볼륨에서 무엇이 어디에 얼마나 있는지 잽니다."),
    "private": ("Nothing you open here leaves this machine.", "여기서 여는 파일은 이 컴퓨터를 벗어나지 않습니다."),
    # photo
    "photo": ("Photo", "사진"),
    "your_photo": ("Your photo", "내 사진"),
    "drop_photo": ("Drop a photo, paste one, or click to choose", "사진을 끌어다 놓거나, 붙여넣거나, 눌러서 고르세요"),
    "open_camera": ("Use the camera", "카메라 쓰기"),
    "result": ("Before and after", "전과 후"),
    "caption_before": ("Before", "전"),
    "caption": ("Drag the line to compare", "선을 끌어 비교해 보세요"),
    "caption_after": ("After", "후"),
    "example": ("Back to the example", "예시 사진으로 돌아가기"),
    "background": ("Background", "배경"),
    "blur": ("Blurred", "흐리게"),
    "color": ("Colour", "단색"),
    "image": ("Picture", "다른 사진"),
    "cutout": ("Transparent", "투명"),
    "matte": ("Matte", "알파 매트"),
    "f_number": ("Aperture, f/", "조리개 f/"),
    "f_number_about": ("The smaller the number, the stronger the blur.", "숫자가 작을수록 더 많이 흐려집니다."),
    "shape": ("Out-of-focus lights", "빛망울 모양"),
    "disc": ("Round", "원형"),
    "hexagon": ("Hexagonal", "육각형"),
    "background_color": ("Background colour", "배경색"),
    "background_image": ("Background picture", "배경 사진"),
    "people": ("Who stays sharp", "또렷하게 남길 사람"),
    "person": ("Person {number}", "사람 {number}"),
    "model": ("Network", "모델"),
    "portrait-fine": ("Fine edges", "정밀"),
    "portrait-fast": ("Fast", "빠름"),
    "about_model": ("What it can and cannot do", "이 모델의 성능과 한계"),
    "limits": ("What it is bad at", "약한 점"),
    "trained_on": ("Trained on", "학습 데이터"),
    "measured": ("On pictures it never saw in training", "학습에 쓰지 않은 사진에서 측정한 값"),
    "source": ("Pictures", "사진"),
    "empty": ("no people: wrongly marked", "사람 없음: 잘못 표시한 비율"),
    "licence": ("Licence of the weights", "가중치 라이선스"),
    "download": ("Download in full size", "원본 크기로 내려받기"),
    "preparing": ("Making the full size …", "원본 크기로 만드는 중…"),
    "time_network": ("network", "모델"),
    "time_edges": ("edges", "가장자리"),
    "time_picture": ("picture", "합성"),
    "kept": ("{stages}: not needed again", "{stages}: 다시 계산하지 않음"),
    "preview_size": ("shown at {width} × {height}, full size {full_width} × {full_height} px", "미리보기 {width} × {height}, 원본 {full_width} × {full_height} px"),
    "full_size": ("shown in full size, {width} × {height} px", "원본 크기 그대로, {width} × {height} px"),
    "nobody": (
        "Nobody was found in this picture, so all of it is background.",
        "이 사진에서 사람을 찾지 못해 전체를 배경으로 처리했습니다.",
    ),
    "choose_picture": ("Choose a background picture first.", "먼저 배경 사진을 골라 주세요."),
    # video
    "video": ("Video", "동영상"),
    "your_video": ("Your video", "내 동영상"),
    "start": ("Start", "시작"),
    "cancel": ("Stop and keep what is done", "멈추고 여기까지 저장"),
    "video_result": ("Result", "결과"),
    "preview": ("Latest frame", "방금 처리한 프레임"),
    "video_idle": (
        "Choose a video and press Start. Its sound is kept.",
        "동영상을 고르고 시작을 누르세요. 소리는 그대로 남습니다.",
    ),
    "no_video": ("Choose a video first.", "먼저 동영상을 골라 주세요."),
    "waiting": ("Getting ready …", "준비하는 중…"),
    "video_queued": ("Waiting for another video to be done …", "다른 동영상이 끝나기를 기다리는 중…"),
    "video_stopped_early": ("Stopped before it began.", "시작하기 전에 멈췄습니다."),
    "progress": ("{done} of {total} frames · {rate} per second · {left} left", "{total}프레임 중 {done} · 초당 {rate} · {left} 남음"),
    "progress_open": ("{done} frames · {rate} per second", "{done}프레임 · 초당 {rate}"),
    "done": ("Done: {frames} frames in {time}, {rate} per second.", "완료: {frames}프레임, {time} 걸림 (초당 {rate}프레임)."),
    "stopped": ("Stopped: the first {frames} frames are kept.", "멈췄습니다. 앞의 {frames}프레임을 저장했습니다."),
    "download_video": ("Download the video", "동영상 내려받기"),
    # live
    "live": ("Live", "라이브"),
    "mirror": ("Mirror the picture", "좌우 반전"),
    "live_mode": ("What to do", "무엇을 할까요"),
    "live_doubtful": (
        "This hardly looks like a road to the network: believe little of it.",
        "모델이 보기에 도로 장면 같지 않으니 결과를 그대로 믿지 마세요.",
    ),
    "live_start": ("Start the camera", "카메라 켜기"),
    "live_stop": ("Stop", "끄기"),
    "live_save": ("Save this picture", "이 장면 저장"),
    "live_camera": ("Camera", "카메라"),
    "live_resolution": ("Size", "크기"),
    "live_private": (
        "The camera's picture is worked on by this program and kept nowhere.",
        "카메라 영상은 이 프로그램 안에서만 처리하고 어디에도 저장하지 않습니다.",
    ),
    "live_figures": (
        "{rate} frames a second · {latency} ms behind the camera, {work} of them for the effect",
        "초당 {rate}프레임 · 카메라보다 {latency} ms 늦음 (효과 처리 {work} ms)",
    ),
    "live_asking": ("The browser asks whether the camera may be used …", "카메라 사용을 허용할지 브라우저가 묻습니다…"),
    "live_preparing": ("Getting ready …", "준비하는 중…"),
    "live_stopped": ("The camera is off.", "카메라를 껐습니다."),
    "live_no_camera": ("No camera was found. Connect one and start again.", "카메라를 찾지 못했습니다. 연결한 뒤 다시 켜 주세요."),
    "live_denied": (
        "The browser does not let this page use the camera. Allow it beside the address, then start again.",
        "브라우저가 이 페이지의 카메라 사용을 막고 있습니다. 주소창 옆에서 허용한 뒤 다시 켜 주세요.",
    ),
    "live_in_use": (
        "The camera is in use by another program. Close that one, then start again.",
        "다른 프로그램이 카메라를 쓰고 있습니다. 그 프로그램을 닫고 다시 켜 주세요.",
    ),
    "live_insecure": (
        "Browsers give cameras only to pages on https or on this machine (http://localhost or http://127.0.0.1).",
        "브라우저는 https 주소나 내 컴퓨터(http://localhost, http://127.0.0.1)의 페이지에서만 카메라를 허용합니다.",
    ),
    "live_old_browser": (
        "This browser is too old for the live view: Chrome 94, Edge 94, Firefox 105 or Safari 16.4 will do.",
        "브라우저가 오래되어 라이브를 쓸 수 없습니다. Chrome 94, Edge 94, Firefox 105, Safari 16.4 이상이 필요합니다.",
    ),
    "live_failed": ("The camera cannot be used: {message}", "카메라를 쓸 수 없습니다: {message}"),
    "live_busy": (
        "All {streams} places are taken; {before} waiting before you. It starts by itself.",
        "{streams}자리가 모두 찼습니다. 앞에 {before}명이 기다리며, 차례가 되면 저절로 시작합니다.",
    ),
    "live_lost": ("The connection is lost; trying again …", "연결이 끊겨 다시 시도하는 중…"),
    "live_idle": ("Paused: nothing was sent for a minute.", "1분 동안 보낸 것이 없어 쉬는 중입니다."),
    "live_unseen": (
        "The camera was switched off: nobody looked at it for a minute.",
        "1분 동안 보는 사람이 없어 카메라를 껐습니다.",
    ),
    "live_unplugged": (
        "The camera was unplugged. It goes on when one is connected.",
        "카메라가 빠졌습니다. 다시 연결하면 이어집니다.",
    ),
    "live_muted": (
        "The camera gives no picture: its cover or switch is closed, or another program took it.",
        "카메라가 영상을 보내지 않습니다. 덮개나 스위치가 닫혀 있거나 다른 프로그램이 쓰고 있습니다.",
    ),
    "live_no_picture": (
        "This browser cannot open that picture; choose a JPEG, PNG or WebP file.",
        "브라우저가 이 사진을 열지 못합니다. JPEG, PNG, WebP 파일을 골라 주세요.",
    ),
    # errors
    "error": ("That did not work", "처리하지 못했습니다"),
    "expired": ("This picture is no longer in memory; open it again.", "사진이 메모리에서 지워졌습니다. 다시 열어 주세요."),
}  # fmt: skip
WORDS |= ACCESS | SCORING | DRIVING | MEDICAL

# What the weights' cards say, which is data and not ours to key: (English where it is to
# read otherwise, Korean). A text that is not here is shown as it stands.
CARDS: dict[str, tuple[str, str]] = {
    "People, with fine edges: for photos": ("", "가장자리까지 정밀하게: 사진용"),
    "People, fast: for webcams and videos on a CPU": ("", "CPU에서도 빠르게: 웹캠·동영상용"),
    "Means by a person everyone large enough to matter; people under about 0.4 % of the picture were neither taught nor forbidden.": (
        "",
        "충분히 크게 나온 사람만 찾습니다. 사진의 약 0.4%보다 작은 사람은 배우지도, 배경으로 보도록 하지도 않았습니다.",
    ),
    "Crowds, people lying down, seen from above, or mostly hidden are often missed in part.": (
        "",
        "인파, 누워 있는 사람, 위에서 내려다본 사람, 많이 가려진 사람은 일부를 놓치기 쉽습니다.",
    ),
    "Held objects, hats and bags count as the person only where the training outlines did.": (
        "",
        "손에 든 물건, 모자, 가방은 학습 데이터의 윤곽에 들어 있던 경우에만 사람에 포함됩니다.",
    ),
    "Often takes animals near the camera, and sometimes what is right beside a person, for a person; misses small people more often than the fine network.": (
        "",
        "가까이 있는 동물을 사람으로 볼 때가 많고, 사람 바로 옆의 물건도 사람으로 볼 때가 있으며, 작게 나온 사람은 정밀 모델보다 자주 놓칩니다.",
    ),
    "eg1800": ("EG1800 (portraits)", "EG1800 (인물 사진)"),
    "ccp half-bodies": ("Clothing Co-Parsing (half bodies)", "Clothing Co-Parsing (상반신)"),
    "coco_people": ("COCO (people)", "COCO (사람)"),
    "voc_people": ("Pascal VOC (people)", "Pascal VOC (사람)"),
    "COCO people": ("", "COCO의 사람 사진"),
    "Pascal VOC people": ("", "Pascal VOC의 사람 사진"),
    "rooms and streets without people": ("", "사람이 없는 실내와 거리 사진"),
    "ImageNet (through EfficientNet-Lite0's published weights)": ("", "ImageNet (공개된 EfficientNet-Lite0 가중치를 통해)"),
    "weights Apache-2.0": ("", "가중치 Apache-2.0"),
    "academic use": ("", "학술 용도"),
    "photos under their authors' Flickr licences, many non-commercial": ("", "사진마다 작가의 Flickr 라이선스, 비상업용이 많음"),
    "not stated; Flickr photos": ("", "명시되지 않음, Flickr 사진"),
    "not stated": ("", "명시되지 않음"),
}  # fmt: skip

CARDS |= DRIVING_CARDS | MEDICAL_CARDS

# Core speaks English. What a visitor can run into is told in Korean too: (pattern of the English text, Korean).
KOREAN_ERRORS: list[tuple[str, str]] = [
    # Notes of videos.
    (r"^(?P<name>.+?): its frames go on after (?P<n>\d+) hours", "{name} 동영상이 너무 깁니다. 결과는 {n}시간에서 끝납니다."),
    (r"^(?P<name>.+?): .*the result ends there", "{name} 파일이 중간에 손상되어 결과도 거기에서 끝납니다."),
    (r"^(?P<name>.+?): (?P<n>\d+) damaged pieces of", "{name} 파일의 손상된 조각 {n}개를 건너뛰었습니다."),
    (r"^(?P<name>.+?): its sound cannot be written", "{name} 파일의 소리는 저장할 수 없어 뺐습니다."),
    (r"\.safetensors|card\.json|no weights are called|: the transform('s| lacks) |^limits? |: a plan of no use|: the plan |no label set is called",
     "모델 파일이 손상되었거나 없습니다. weights/ 폴더를 git에서 되살려 주세요."),
    (r"^(?P<name>.+?) is not a photo", "{name} 파일은 사진이 아닙니다. JPEG, PNG, WebP, HEIC 같은 사진 파일을 골라 주세요."),
    (r"^(?P<name>.+?) is damaged or cut short", "{name} 파일이 손상되었거나 일부만 있습니다. 다시 복사하거나 내려받아 주세요."),
    (r"^(?P<name>.+?) has (far too many pixels|(?P<size>\d+) megapixels)", "{name} 사진이 너무 큽니다(최대 1억 화소). 먼저 크기를 줄여 주세요."),
    (r"^(?P<name>.+?) is empty \(0 bytes\)", "{name} 파일이 비어 있습니다. 다시 복사해 주세요."),
    (r"^(?P<name>.+?) cannot be opened as a video", "{name} 파일은 동영상으로 열 수 없습니다. 파일이 온전한지 확인해 주세요."),
    (r"^(?P<name>.+?) has no video stream", "{name} 파일에 영상이 없습니다."),
    (r"^(?P<name>.+?) has no frames", "{name} 동영상에 프레임이 없습니다. 다시 녹화하거나 내려받아 주세요."),
    (r"^(?P<name>.+?) is damaged", "{name} 파일이 손상되었습니다. 다시 복사하거나 내려받아 주세요."),
    (r"^(?P<name>.+?) cannot be written \((?P<why>.+?)\)", "결과를 저장할 수 없습니다({why}). 디스크 공간을 확인해 주세요."),
    (r"^(?P<name>.+?) has frames of (?P<size>\S+)", "{name} 동영상의 화면이 너무 큽니다({size}). 먼저 크기를 줄여 주세요."),
    (r"^(?P<name>.+?) is .*hours long", "{name} 동영상이 너무 깁니다. 먼저 나눠 주세요."),
    (r"^(?P<name>.+?) claims too many streams", "{name} 파일에 스트림이 너무 많습니다. 다른 프로그램으로 먼저 변환해 주세요."),
    (r"^(?P<name>.+?) .*codec that FFmpeg", "{name} 동영상의 코덱을 읽을 수 없습니다. 다른 프로그램으로 먼저 변환해 주세요."),
    *DRIVING_ERRORS,
    *MEDICAL_ERRORS,
    *SCORING_ERRORS,
]  # fmt: skip


def card_text(text: str, language: str) -> str:
    """A text of a card in ``en`` or ``ko``; as it stands where there is no other."""
    english, korean = CARDS.get(text, ("", ""))
    return (korean if language == "ko" else english) or text


def words(language: str, served: bool = False) -> dict[str, str]:
    """All texts in ``en`` or ``ko``, and the language's code as ``language``.

    Args:
        served: to others than this machine: what is said of "this machine" becomes its ``KEY_served``.
    """
    column = list(LANGUAGES).index(language)
    texts = {key: both[column] for key, both in WORDS.items()} | {"language": language}
    others = {key: texts.pop(f"{key}_served") for key in WORDS if f"{key}_served" in WORDS}
    return texts | others if served else texts
