"""Korean for the names of labels. The data sets' own names are English, and are shown as they stand in English."""

from __future__ import annotations

_PAIRS = """
background 배경;unlabeled 미분류;ego vehicle 내 차;rectification border 보정 테두리;out of roi 관심 영역 밖;static 정지 물체;
dynamic 움직이는 물체;ground 땅;road 도로;sidewalk 인도;parking 주차장;rail track 철길;building 건물;wall 벽;fence 울타리;
guard rail 가드레일;bridge 다리;tunnel 터널;pole 기둥;polegroup 기둥 무리;traffic light 신호등;traffic sign 표지판;
vegetation 초목;terrain 지면;sky 하늘;person 사람;rider 탑승자;car 자동차;truck 트럭;bus 버스;caravan 캐러밴;trailer 트레일러;
train 기차;motorcycle 오토바이;bicycle 자전거;license plate 번호판;void 제외 영역;flat 평지;construction 구조물;object 사물;
nature 자연;human 인간;vehicle 탈것;pavement 보도;tree 나무;sign/signal 표지판·신호;pedestrian 보행자;bicyclist 자전거 탄 사람;
drivable 주행 가능;non-drivable 주행 불가;living things 생명체;vehicles 차량;roadside objects 도로변 사물;far objects 먼 사물;
aeroplane 비행기;bird 새;boat 배;bottle 병;cat 고양이;chair 의자;cow 소;diningtable 식탁;dog 개;horse 말;motorbike 오토바이;
pottedplant 화분;sheep 양;sofa 소파;tvmonitor 텔레비전;anterior 앞쪽;posterior 뒤쪽;brain stem 뇌줄기;spinal cord 척수;
right parotid 오른쪽 귀밑샘;left parotid 왼쪽 귀밑샘;oesophagus 식도;larynx 후두;mandible 아래턱뼈;brain 뇌;airplane 비행기;
fire hydrant 소화전;stop sign 정지 표지판;parking meter 주차 요금기;bench 벤치;elephant 코끼리;bear 곰;zebra 얼룩말;giraffe 기린;
backpack 배낭;umbrella 우산;handbag 핸드백;tie 넥타이;suitcase 여행 가방;frisbee 원반;skis 스키;snowboard 스노보드;sports ball 공;
kite 연;baseball bat 야구 방망이;baseball glove 야구 글러브;skateboard 스케이트보드;surfboard 서프보드;tennis racket 테니스 라켓;
wine glass 와인잔;cup 컵;fork 포크;knife 칼;spoon 숟가락;bowl 그릇;banana 바나나;apple 사과;sandwich 샌드위치;orange 오렌지;
broccoli 브로콜리;carrot 당근;hot dog 핫도그;pizza 피자;donut 도넛;cake 케이크;couch 소파;potted plant 화분;bed 침대;
dining table 식탁;toilet 변기;tv 텔레비전;laptop 노트북;mouse 마우스;remote 리모컨;keyboard 키보드;cell phone 휴대전화;
microwave 전자레인지;oven 오븐;toaster 토스터;sink 싱크대;refrigerator 냉장고;book 책;clock 시계;vase 꽃병;scissors 가위;
teddy bear 곰 인형;hair drier 헤어드라이어;toothbrush 칫솔;banner 현수막;blanket 담요;cardboard 판지;counter 조리대;curtain 커튼;
door-stuff 문;floor-wood 나무 바닥;flower 꽃;fruit 과일;gravel 자갈;house 집;light 조명;mirror-stuff 거울;net 그물;pillow 베개;
platform 승강장;playingfield 운동장;railroad 철로;river 강;roof 지붕;sand 모래;sea 바다;shelf 선반;snow 눈;stairs 계단;tent 천막;
towel 수건;wall-brick 벽돌 벽;wall-stone 돌벽;wall-tile 타일 벽;wall-wood 나무 벽;water-other 물;window-blind 블라인드;
window-other 창문;tree-merged 나무;fence-merged 울타리;ceiling-merged 천장;sky-other-merged 하늘;cabinet-merged 수납장;
table-merged 탁자;floor-other-merged 바닥;pavement-merged 보도;mountain-merged 산;grass-merged 잔디;dirt-merged 흙;
paper-merged 종이;food-other-merged 음식;building-other-merged 건물;rock-merged 바위;wall-other-merged 벽;rug-merged 깔개
"""


def _parse(text: str) -> dict[str, str]:
    names = {}
    for pair in text.replace("\n", "").split(";"):
        start = next(i for i, letter in enumerate(pair) if "가" <= letter <= "힣")
        names[pair[:start].strip()] = pair[start:].strip()
    return names


KOREAN_NAMES = _parse(_PAIRS)

# Names of label sets; a proper name (Cityscapes) stands as it is.
SET_NAMES = {
    "cityscapes": ("Cityscapes", "Cityscapes"),
    "camvid": ("CamVid", "CamVid"),
    "idd-lite": ("IDD Lite", "IDD Lite"),
    "voc": ("Pascal VOC", "Pascal VOC"),
    "coco-panoptic": ("COCO panoptic", "COCO 파놉틱"),
    "portrait": ("Portrait: person or not", "인물: 사람인지 아닌지"),
    "hippocampus": ("Hippocampus", "해마"),
    "ct-head-neck": ("Head and neck (CT)", "두경부 CT"),
    "brain": ("Brain", "뇌"),
    "brain-tissues": ("Brain tissues", "뇌 조직"),
    "brain-structures": ("Brain structures", "뇌 구조"),
    "ct-tissues": ("Tissues (CT)", "CT 조직"),
    "drawn-head": ("Drawn head", "그린 머리"),
}


def label_name(name: str, language: str) -> str:
    """A label's name in ``en`` or ``ko``; the data set's own where there is no Korean for it.

    >>> label_name("car", "ko"), label_name("car", "en")
    ('자동차', 'car')
    """
    return KOREAN_NAMES.get(name, name) if language == "ko" else name


def set_name(name: str, language: str) -> str:
    """A label set's name as people call it; its key where there is none."""
    return SET_NAMES.get(name, (name, name))[language == "ko"]
