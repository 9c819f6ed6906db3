"""Texts of the page "How it is scored", in English and Korean; `demos.words` takes them in."""

from __future__ import annotations

SCORING: dict[str, tuple[str, str]] = {
    "scoring": ("How it is scored", "평가 방법"),
    "sc_nav": ("On this page", "이 페이지의 내용"),
    "sc_nav_overlap": ("One mask", "마스크 하나"),
    "sc_nav_scene": ("A whole scene", "장면 전체"),
    "sc_nav_means": ("Two means", "두 가지 평균"),
    "sc_nav_pair": ("Score your own", "내 파일 채점"),
    "sc_nav_metrics": ("Every metric", "지표 모음"),
    # outcomes
    "sc_tp": ("True positive", "참 양성"),
    "sc_fp": ("False positive", "거짓 양성"),
    "sc_fn": ("False negative", "거짓 음성"),
    "sc_tn": ("True negative", "참 음성"),
    "sc_void": ("Void", "제외 영역"),
    "sc_tp_about": ("found, and right", "맞게 찾음"),
    "sc_fp_about": ("found, but wrong", "잘못 찾음"),
    "sc_fn_about": ("missed", "놓침"),
    "sc_tn_about": ("rightly left alone", "맞게 비워 둠"),
    "sc_void_about": ("does not count", "세지 않음"),
    "sc_colors": ("What the colours mean", "색의 뜻"),
    # one mask
    "sc_overlap": ("One mask: intersection over union", "마스크 하나: 교집합 나누기 합집합(IoU)"),
    "sc_overlap_about": (
        "Drag the prediction over the truth, or pick one with Tab and move it with the arrow keys (five pixels with Shift).",
        "예측을 끌어 정답 위에 놓아 보세요. Tab으로 골라 화살표 키로 움직일 수도 있습니다(Shift와 함께 누르면 5픽셀).",
    ),
    "sc_truth": ("Truth", "정답"),
    "sc_prediction": ("Prediction", "예측"),
    "sc_box": ("Box", "상자"),
    "sc_disc": ("Disc", "원"),
    "sc_person": ("Person", "사람"),
    "sc_shape_of": ("Shape of {which}", "{which}의 모양"),
    "sc_move": ("{name}: move with the arrow keys", "{name}: 화살표 키로 옮기기"),
    "sc_reset": ("Start again", "처음으로"),
    "sc_overlap_picture": ("Where prediction and truth overlap", "예측과 정답이 겹치는 모습"),
    "sc_accuracy": ("Pixel accuracy", "픽셀 정확도"),
    "sc_boundary": ("Boundary IoU", "경계 IoU"),
    "sc_boundary_about": ("the same as IoU, on outlines {width} px wide only", "폭 {width} px의 윤곽만으로 구한 IoU"),
    "sc_accuracy_about": (
        "flatters: background that is left alone counts as right",
        "실제보다 높게 나옵니다. 비워 둔 배경도 맞은 것으로 세기 때문입니다",
    ),
    "sc_dice_about": ("also called F1; never below IoU", "F1이라고도 하며, IoU보다 작아지지 않습니다"),
    "sc_said_overlap": (
        "IoU {iou}: true positives {tp}, false positives {fp}, false negatives {fn} pixels.",
        "IoU {iou}: 참 양성 {tp}, 거짓 양성 {fp}, 거짓 음성 {fn}픽셀.",
    ),
    "sc_lost": ("The server does not answer; the numbers stand still.", "서버가 응답하지 않아 숫자가 멈춰 있습니다."),
    # a whole scene
    "sc_scene": ("A whole scene: panoptic quality", "장면 전체: 파놉틱 품질(PQ)"),
    "sc_scene_about": (
        "Every pixel belongs to one segment: things such as cars are told apart, stuff such as road is not. A predicted "
        "segment matches a true one of its class when their IoU is over .5. Move the predicted things, change a class, "
        "join two, or drop one.",
        "모든 픽셀은 한 조각에 속합니다. 자동차 같은 개체(thing)는 하나하나 구별하고, 도로 같은 배경(stuff)은 구별하지 "
        "않습니다. 예측 조각과 같은 클래스의 정답 조각은 IoU가 0.5를 넘을 때 짝이 됩니다. 예측한 개체를 옮기거나, 클래스를 "
        "바꾸거나, 둘을 합치거나, 지워 보세요.",
    ),
    "sc_scene_truth": ("The true segments", "정답 조각"),
    "sc_scene_prediction": ("The predicted segments", "예측 조각"),
    "sc_try": ("Try", "예시"),
    "sc_try_guess": ("A fair guess", "괜찮은 예측"),
    "sc_try_perfect": ("All right", "모두 맞음"),
    "sc_try_joined": ("Two cars as one", "차 두 대를 하나로"),
    "sc_try_class": ("A car called person", "차를 사람으로"),
    "sc_try_missed": ("Nobody seen", "사람을 못 봄"),
    "sc_try_invented": ("An invented car", "없는 차를 봄"),
    "sc_sky": ("sky", "하늘"),
    "sc_road": ("road", "도로"),
    "sc_tree": ("tree", "나무"),
    "sc_car": ("car", "자동차"),
    "sc_human": ("person", "사람"),
    "sc_crowd": ("crowd of people", "사람 무리"),
    "sc_chosen": ("Chosen", "고른 조각"),
    "sc_choose": ("Choose a predicted segment to change it.", "바꿀 예측 조각을 고르세요."),
    "sc_class": ("Class", "클래스"),
    "sc_join": ("Join with …", "합치기…"),
    "sc_drop": ("Drop", "지우기"),
    "sc_matched": ("matched", "짝을 찾음"),
    "sc_unmatched": ("no match", "짝 없음"),
    "sc_missed": ("missed", "놓침"),
    "sc_forgiven": ("forgiven", "감점 없음"),
    "sc_not_asked": ("does not count", "세지 않음"),
    "sc_all": ("All", "전체"),
    "sc_things": ("Things", "개체(thing)"),
    "sc_stuff": ("Stuff", "배경(stuff)"),
    "sc_match_ious": ("IoU of matches", "짝의 IoU"),
    "sc_per_class": ("Panoptic quality by class", "클래스별 파놉틱 품질"),
    "sc_scene_rules": (
        "Grey does not count: what the truth leaves void is taken out of every union, and a prediction mostly on void or on "
        "a crowd of its class is forgiven. All, things and stuff are means over classes, so PQ = SQ × RQ holds by class, "
        "not for the means.",
        "회색은 세지 않습니다. 정답에서 제외한 영역은 합집합에서 빼고, 절반 넘게 제외 영역이나 같은 클래스의 무리 위에 놓인 예측은 "
        "감점하지 않습니다. 전체, 개체, 배경의 값은 클래스별 값의 평균이므로 PQ = SQ × RQ는 클래스마다 성립하고 평균에서는 성립하지 않습니다.",
    ),
    "sc_said_scene": (
        "PQ {pq}: {tp} matched, {fp} false positives, {fn} false negatives.",
        "PQ {pq}: 짝 {tp}, 거짓 양성 {fp}, 거짓 음성 {fn}.",
    ),
    # two means
    "sc_means": ("Two means that are not the same", "서로 다른 두 평균"),
    "sc_means_about": (
        "One large object, nearly all found, and one small object, half missed. The mean of the two pictures' IoUs lets "
        "each picture weigh the same; the data set's IoU adds up all pixels first. Benchmarks report the second one.",
        "거의 다 찾은 큰 물체와 절반을 놓친 작은 물체입니다. 사진별 IoU의 평균은 사진마다 같은 비중을 두고, 데이터셋 IoU는 "
        "모든 픽셀을 먼저 더합니다. 벤치마크가 보고하는 값은 뒤의 것입니다.",
    ),
    "sc_picture_number": ("Picture {number}", "사진 {number}"),
    "sc_mean_of_images": ("Mean of per-image IoUs", "사진별 IoU의 평균"),
    "sc_data_set_iou": ("IoU of the data set", "데이터셋 IoU"),
    # score a pair
    "sc_pair": ("Score your own", "내 파일 채점"),
    "sc_pair_about": (
        "Two PNGs of one picture, in which each pixel's value is the id of its class. Until you choose some, this is an "
        "example drawn by this program.",
        "같은 사진의 PNG 두 장을 고르세요. 픽셀값이 클래스 번호여야 합니다. 고르기 전에는 이 프로그램이 그린 예시를 보여 줍니다.",
    ),
    "sc_label_set": ("Label set", "라벨 세트"),
    "sc_train_ids": ("Values are train ids (255: void)", "값이 학습용 번호(train id)임 (255: 제외)"),
    "sc_prediction_file": ("Prediction (PNG)", "예측 (PNG)"),
    "sc_truth_file": ("Truth (PNG)", "정답 (PNG)"),
    "sc_example": ("Back to the example", "예시로 돌아가기"),
    "sc_now_other": ("Now choose the other PNG.", "이제 나머지 PNG를 고르세요."),
    "sc_errors_of": ("Errors of", "오류를 볼 클래스"),
    "sc_all_classes": ("All classes", "모든 클래스"),
    "sc_error_picture": ("Error picture", "오류 그림"),
    "sc_errors_all": (
        "Yellow: right. Red: the wrong class. Green: nothing was predicted. Grey: void.",
        "노랑: 맞음. 빨강: 다른 클래스. 초록: 예측 없음. 회색: 제외 영역.",
    ),
    "sc_errors_one": (
        "Yellow: found. Red: other things taken for it. Green: missed. Grey: void.",
        "노랑: 찾음. 빨강: 다른 것을 이 클래스로 봄. 초록: 놓침. 회색: 제외 영역.",
    ),
    "sc_miou": ("Mean IoU", "평균 IoU"),
    "sc_fwiou": ("Frequency-weighted IoU", "빈도 가중 IoU"),
    "sc_mean_accuracy": ("Mean accuracy", "평균 정확도"),
    "sc_category_miou": ("Category IoU", "범주 IoU"),
    "sc_pixels": ("{pixels} px scored", "{pixels} px 채점"),
    "sc_bars": ("IoU by class", "클래스별 IoU"),
    "sc_absent": ("in neither: {names}", "양쪽 모두 없음: {names}"),
    "sc_bars_about": ("The line marks the mean.", "세로선은 평균입니다."),
    "sc_matrix": ("Confusion matrix", "혼동 행렬"),
    "sc_matrix_about": (
        "A row is a class of the truth, a column what was predicted; numbers are per cent of the row. Point at a square for "
        "its pixels.",
        "행은 정답 클래스, 열은 예측 클래스이고, 숫자는 행에서 차지하는 백분율입니다. 칸을 가리키면 픽셀 수가 나옵니다.",
    ),
    "sc_ignored": ("ignored id", "무시되는 번호"),
    "sc_cell": ("{truth} → {prediction}: {count} px, {share} of {truth}", "{truth} → {prediction}: {count} px ({truth}의 {share})"),
    "sc_confused": ("Most confused", "가장 많이 헷갈린 쌍"),
    "sc_not_confused": ("Nothing was confused.", "헷갈린 것이 없습니다."),
    "sc_largest": ("the {count} largest classes of {total}", "클래스 {total}개 중 가장 큰 {count}개"),
    "sc_nothing_counts": (
        "No pixel of the truth counts: all of it is void.",
        "정답에 채점할 픽셀이 없습니다. 전부 제외 영역입니다.",
    ),
    # every metric
    "sc_metrics": ("Every metric, its reference, and what is left out", "지표마다의 기준 구현과 제외 규칙"),
    "sc_metrics_about": (
        "Each gives the number that its official implementation gives.",
        "모든 지표는 공식 구현과 같은 값을 냅니다.",
    ),
    "sc_metric": ("Metric", "지표"),
    "sc_reference": ("Reference", "기준 구현"),
    "sc_left_out": ("Left out", "제외 규칙"),
}  # fmt: skip

# What a visitor can run into here, in Korean: (pattern of core's English text, Korean).
SCORING_ERRORS: list[tuple[str, str]] = [
    (
        r"^(?P<name>.+?) is not a PNG",
        "{name} 파일은 PNG가 아닙니다. 픽셀값이 클래스 번호인 PNG를 골라 주세요.",
    ),
    (
        r"^(?P<name>.+?) is in colour",
        "{name} 파일은 컬러 그림입니다. 색 대신 클래스 번호를 담은 단일 채널 PNG로 저장해 주세요.",
    ),
    (
        r"^(?P<name>.+?) has ids up to (?P<most>\d+)",
        "{name} 파일에 {most}번까지 있습니다. 번호는 0에서 255까지여야 합니다.",
    ),
    (
        r"the prediction is \((?P<a>\d+), (?P<b>\d+)\), the truth \((?P<c>\d+), (?P<d>\d+)\)",
        "크기가 다릅니다. 예측은 {b} × {a}, 정답은 {d} × {c} 픽셀입니다. 같은 크기의 두 파일을 골라 주세요.",
    ),
    (
        r"ids \[(?P<ids>[\d, ]+)\] in the truth",
        "정답에 이 라벨 세트에 없는 번호({ids})가 있습니다. 다른 라벨 세트를 고르거나 번호를 바꿔 주세요.",
    ),
    (
        r"ids \[(?P<ids>[\d, ]+)\] in the prediction",
        "예측에 이 라벨 세트에 없는 번호({ids})가 있습니다. 다른 라벨 세트를 고르거나 번호를 바꿔 주세요.",
    ),
]
