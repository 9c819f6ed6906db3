"""Each metric in plain words: what it is, whose implementation it equals, and what it leaves out."""

from __future__ import annotations

from typing import NamedTuple

Both = tuple[str, str]  # English, Korean


class MetricText(NamedTuple):
    """``reference`` and ``link`` name the official implementation, or the paper where there is none."""

    key: str
    name: Both
    about: Both
    void: Both
    reference: str
    link: str


_VOC = ("Pascal VOC, VOCevalseg", "http://host.robots.ox.ac.uk/pascal/VOC/voc2012/")
_CITYSCAPES = ("cityscapesscripts", "https://github.com/mcordts/cityscapesScripts")
_PANOPTIC = ("panopticapi", "https://github.com/cocodataset/panopticapi")
_COCO = ("pycocotools, cityscapesscripts", "https://github.com/cocodataset/cocoapi")
_MATTING = ("Rhemann et al., CVPR 2009", "http://www.alphamatting.com")
_BOUNDARY = ("Cheng et al., CVPR 2021", "https://arxiv.org/abs/2103.16562")
_LONG = ("Long et al., CVPR 2015", "https://arxiv.org/abs/1411.4038")
_SURFACE = ("surface-distance (DeepMind)", "https://github.com/google-deepmind/surface-distance")

METRICS: tuple[MetricText, ...] = (
    MetricText(
        "miou",
        ("mIoU", "mIoU (평균 IoU)"),
        (
            "For each class, the pixels that prediction and truth share over those that either has; then the plain mean over classes.",
            "클래스마다 예측과 정답이 함께 가진 픽셀을 어느 한쪽이라도 가진 픽셀로 나누고, 클래스에 걸쳐 단순 평균을 냅니다.",
        ),
        (
            "Pixels whose truth is void. One matrix over the whole data set; a class in neither is skipped.",
            "정답이 제외 영역인 픽셀. 데이터셋 전체를 행렬 하나로 세고, 양쪽 모두에 없는 클래스는 건너뜁니다.",
        ),
        *_VOC,
    ),
    MetricText(
        "fwiou",
        ("fwIoU", "fwIoU (빈도 가중 IoU)"),
        (
            "The mean of the class IoUs, weighted by how many pixels of the truth each class has: large classes rule.",
            "클래스별 IoU를 정답의 픽셀 수로 가중해 평균한 값입니다. 넓은 클래스가 값을 좌우합니다.",
        ),
        ("As for mIoU.", "mIoU와 같습니다."),
        *_LONG,
    ),
    MetricText(
        "category",
        ("Category IoU and iIoU", "범주 IoU와 iIoU"),
        (
            "Category IoU forgives confusions inside a category, such as car and truck. iIoU lets a small instance weigh as much as a large one.",
            "범주 IoU는 자동차와 트럭처럼 한 범주 안에서 헷갈린 것을 틀린 것으로 치지 않습니다. iIoU는 작은 개체도 큰 개체와 같은 비중으로 셉니다.",
        ),
        (
            "Truth of an ignored label counts nowhere; predicting an ignored label on other truth is a miss.",
            "정답이 무시되는 라벨이면 세지 않습니다. 다른 정답 위에 무시되는 라벨을 예측하면 놓친 것입니다.",
        ),
        *_CITYSCAPES,
    ),
    MetricText(
        "pq",
        ("PQ = SQ · RQ", "PQ = SQ · RQ (파놉틱 품질)"),
        (
            "SQ is the mean IoU of matched segments, RQ says how many segments found a match (an F1), and PQ is their product, by class.",
            "SQ는 짝을 찾은 조각들의 평균 IoU, RQ는 짝을 찾은 정도(F1)이고, PQ는 클래스마다 둘을 곱한 값입니다.",
        ),
        (
            "Void of the truth, out of every union; predictions mostly on void or on a crowd of their class; crowds are never missed.",
            "정답의 제외 영역은 합집합에서 뺍니다. 절반 넘게 제외 영역이나 같은 클래스의 무리 위에 있는 예측은 감점하지 않고, 무리는 놓쳐도 세지 않습니다.",
        ),
        *_PANOPTIC,
    ),
    MetricText(
        "ap",
        ("Mask AP", "마스크 AP"),
        (
            "Instances ranked by confidence: the area below the curve of precision over recall, averaged over IoU thresholds from .50 to .95.",
            "개체를 확신도 순으로 세워 그린 정밀도·재현율 곡선 아래의 넓이를 IoU 기준 0.50부터 0.95까지 평균합니다.",
        ),
        (
            "COCO: what matches a crowd. Cityscapes: instances mostly on void or on groups; truth below 100 px.",
            "COCO는 무리와 짝이 된 예측을, Cityscapes는 주로 제외 영역이나 무리 위에 있는 예측과 100 px보다 작은 정답을 뺍니다.",
        ),
        *_COCO,
    ),
    MetricText(
        "boundary",
        ("Boundary IoU", "경계 IoU"),
        (
            "IoU of the outlines alone, each 2 % of the picture's diagonal wide: large masks cannot hide ragged edges.",
            "사진 대각선의 2% 폭으로 잡은 윤곽만의 IoU입니다. 마스크가 커도 거친 가장자리를 숨길 수 없습니다.",
        ),
        (
            "Pixels that are not valid. Both masks empty: 1.",
            "유효하지 않은 픽셀. 두 마스크가 모두 비면 1입니다.",
        ),
        *_BOUNDARY,
    ),
    MetricText(
        "matte",
        ("Matte MAE and gradient", "매트의 MAE와 기울기 오차"),
        (
            "MAE is the mean difference of the two mattes' opacity. The gradient error compares how steeply it changes, as at hair.",
            "MAE는 두 매트의 불투명도 차이의 평균입니다. 기울기 오차는 머리카락처럼 값이 변하는 가파르기를 비교합니다.",
        ),
        (
            "Pixels that are not valid; nothing valid gives no number.",
            "유효하지 않은 픽셀. 유효한 픽셀이 없으면 값도 없습니다.",
        ),
        *_MATTING,
    ),
    MetricText(
        "dice",
        ("Dice", "다이스 계수 (Dice)"),
        (
            "Twice what both share over the sum of both sizes. It orders results as IoU does: Dice = 2 IoU / (1 + IoU).",
            "함께 가진 부분의 두 배를 두 크기의 합으로 나눕니다. 순서는 IoU와 같습니다: Dice = 2 IoU / (1 + IoU).",
        ),
        (
            "Nothing. Both empty: 1; one empty: 0.",
            "제외하는 것이 없습니다. 둘 다 비면 1, 하나만 비면 0입니다.",
        ),
        *_SURFACE,
    ),
    MetricText(
        "hd95",
        ("HD95", "HD95 (95% 하우스도르프 거리)"),
        (
            "95 % of either surface lies within this many millimetres of the other one.",
            "각 표면의 95%가 상대 표면에서 이 거리(mm) 안에 있습니다.",
        ),
        (
            "Nothing; surface elements weigh by area. One mask empty: infinite, and never dropped from a mean.",
            "제외하는 것이 없고, 표면 요소를 넓이로 가중합니다. 한쪽이 비면 무한대이며 평균에서 빼지 않습니다.",
        ),
        *_SURFACE,
    ),
    MetricText(
        "assd",
        ("ASSD", "ASSD (평균 표면 거리)"),
        (
            "The mean distance between the two surfaces in millimetres, both ways together.",
            "두 표면 사이의 평균 거리(mm)를 양방향을 합쳐 구합니다.",
        ),
        ("As for HD95.", "HD95와 같습니다."),
        *_SURFACE,
    ),
    MetricText(
        "surface-dice",
        ("Surface Dice", "표면 Dice"),
        (
            "The share of both surfaces that lies within a tolerance in millimetres of the other.",
            "두 표면 가운데 상대 표면에서 허용 오차(mm) 안에 있는 부분의 비율입니다.",
        ),
        (
            "Nothing. Both empty: 1; one empty: 0.",
            "제외하는 것이 없습니다. 둘 다 비면 1, 하나만 비면 0입니다.",
        ),
        *_SURFACE,
    ),
)
