"""Texts of the driving panel, in English and Korean; `demos.words` takes them in."""

from __future__ import annotations

DRIVING: dict[str, tuple[str, str]] = {
    "dr_picture": ("Picture", "사진"),
    "dr_compare": ("Compare", "모델 비교"),
    # networks
    "driving-fast": ("Fast", "빠름"),
    "truth": ("Truth", "정답"),
    # what is opened
    "dr_drop": ("Drop a picture of a road, paste one, or click to choose", "도로 사진을 끌어다 놓거나, 붙여넣거나, 눌러서 고르세요"),
    "dr_your_picture": ("Your picture", "내 사진"),
    "dr_examples": ("Drawn streets", "그려 낸 거리"),
    "dr_example": ("Drawn street {number}", "그려 낸 거리 {number}"),
    "dr_truth_file": ("Truth of your picture (optional)", "내 사진의 정답(선택)"),
    "dr_truth_about": (
        "Cityscapes' labelIds, labelTrainIds or instanceIds PNG of the same size: then errors and scores are shown.",
        "크기가 같은 Cityscapes의 labelIds, labelTrainIds, instanceIds PNG를 고르면 오류 그림과 점수가 나옵니다.",
    ),
    "dr_loading": ("Looking at the street …", "거리를 살펴보는 중…"),
    # a network's card
    "dr_measured": ("On frames of streets it never saw in training", "학습에 쓰지 않은 거리의 사진에서 측정한 값"),
    "dr_frames": ("Frames", "사진"),
    "dr_classes": ("Classes", "클래스 수"),
    # said of a picture
    "dr_drawn": (
        "This street is drawn by the program: no street photo that is free comes with a package. So the truth of every pixel is known.",
        "이 거리는 프로그램이 그린 것입니다. 자유롭게 쓸 수 있는 거리 사진이 든 패키지가 없기 때문입니다. 그래서 모든 픽셀의 정답을 압니다.",
    ),
    "dr_no_network": (
        "No network for roads is installed (a folder below weights/), so what you see is the truth of the drawing, and a picture of "
        "your own cannot be parsed.",
        "도로용 모델(weights/ 아래의 폴더)이 설치되어 있지 않습니다. 그래서 지금 보이는 것은 그림의 정답이며, 내 사진은 분석할 수 없습니다.",
    ),
    "dr_doubtful_unsure": (
        "The network is less than half sure of {share} of this picture. It is hardly a road scene as the network knows them: believe little of this.",
        "이 사진의 {share}에서 모델의 확신도가 절반에 못 미칩니다. 모델이 배운 도로 장면과 달라 보이니 결과를 그대로 믿지 마세요.",
    ),
    "dr_doubtful_upright": (
        "Where the ground should be, the network sees walls or sky: {share} of the picture's lower half. It is hardly a road scene as the "
        "network knows them: believe little of this.",
        "바닥이 있어야 할 사진 아래쪽 절반의 {share}를 모델이 벽이나 하늘로 봅니다. 모델이 배운 도로 장면과 달라 보이니 결과를 그대로 믿지 마세요.",
    ),
    "dr_no_road": ("No road was found in this picture.", "이 사진에서 도로를 찾지 못했습니다."),
    "dr_truth_read": ("The truth was read as {form}.", "정답을 {form} 형식으로 읽었습니다."),
    # views
    "dr_views": ("What to show", "보기"),
    "dr_view_overlay": ("Overlay", "겹쳐 보기"),
    "dr_view_color": ("Colours", "공식 색"),
    "dr_view_ids": ("Ids", "번호"),
    "dr_view_categories": ("8 categories", "8개 범주"),
    "dr_view_stuff": ("Stuff only", "배경만"),
    "dr_view_things": ("Things only", "개체만"),
    "dr_view_road": ("Road ahead", "앞쪽 도로"),
    "dr_view_instances": ("Instances", "개체별"),
    "dr_view_panoptic": ("Panoptic", "파놉틱"),
    "dr_view_confidence": ("Confidence", "확신도"),
    "dr_view_errors": ("Errors", "오류"),
    "dr_view_truth": ("Truth", "정답"),
    "dr_opacity": ("Opacity of the colours", "색의 진하기"),
    # captions
    "dr_about_overlay": ("Semantic: every pixel in the colour of its class, over the picture.", "시맨틱: 픽셀마다 클래스의 색을 사진 위에 겹쳤습니다."),
    "dr_about_color": ("Semantic: every pixel in Cityscapes' official colour of its class.", "시맨틱: 픽셀마다 클래스의 Cityscapes 공식 색을 칠했습니다."),
    "dr_about_ids": ("Cityscapes' label ids, 0 to 33, as grey levels.", "Cityscapes 라벨 번호(0~33)를 밝기로 나타냈습니다."),
    "dr_about_categories": ("Classes gathered into categories: {shares}.", "클래스를 범주로 묶었습니다: {shares}."),
    "dr_about_stuff": ("Stuff, which has no pieces to count: {share} of the picture.", "셀 수 없는 배경(stuff): 사진의 {share}."),
    "dr_about_things": ("Things, which can be counted: {share} of the picture.", "셀 수 있는 개체(thing): 사진의 {share}."),
    "dr_about_road": (
        "Road: {share} of the picture. Green: the way that is free for a car going straight on, over {length} of the picture's rows up to the horizon; it ends at: {name}.",
        "도로: 사진의 {share}. 초록색은 차가 곧장 갈 수 있는 길로, 사진 아래에서 지평선까지 높이의 {length}입니다. 막는 것: {name}.",
    ),
    "dr_way_free": (
        "Road: {share} of the picture. Green: the way that is free for a car going straight on, as far as the horizon.",
        "도로: 사진의 {share}. 초록색은 차가 곧장 갈 수 있는 길로, 지평선까지 비어 있습니다.",
    ),
    "dr_no_way": ("Road: {share} of the picture. No way is free ahead.", "도로: 사진의 {share}. 앞으로 갈 수 있는 길이 없습니다."),
    "dr_about_instances": ("{count} things: {names}. {source}", "개체 {count}개: {names}. {source}"),
    "dr_about_panoptic": (
        "{segments} segments: every pixel belongs to one thing, to one class of stuff, or to nothing (black). {source}",
        "조각 {segments}개: 모든 픽셀이 개체 하나나 배경 하나에 속하거나, 아무것도 아닙니다(검정). {source}",
    ),
    "dr_nothing_to_count": ("No things were found.", "개체를 찾지 못했습니다."),
    "dr_from_blobs": (
        "No network for instances is installed: connected regions of the map stand in, so two cars that touch are one.",
        "개체 분할 모델이 없어, 지도에서 서로 이어진 영역을 개체로 봅니다. 맞닿은 두 차는 하나로 셉니다.",
    ),
    "dr_from_network": ("{name} told them apart.", "{name} 모델이 구별했습니다."),
    "dr_from_truth": ("As they were drawn.", "그려진 그대로입니다."),
    "dr_from_file": ("As the file has them.", "파일에 적힌 그대로입니다."),
    "dr_about_confidence": (
        "How sure the network is: dark is sure, bright is doubt. Less than half sure on {share} of the picture.",
        "모델의 확신도: 어두울수록 확신하고 밝을수록 자신이 없습니다. 사진의 {share}에서 확신도가 절반에 못 미칩니다.",
    ),
    "dr_about_errors": ("Where the network is wrong: {share} of the pixels that count.", "모델이 틀린 곳: 채점하는 픽셀의 {share}."),
    "dr_about_truth": ("What is really there.", "실제로 있는 것(정답)."),
    # pixels
    "dr_legend": ("Classes by their share of the picture", "사진에서 차지하는 클래스별 비율"),
    "dr_stage": (
        "The picture. Point at it, or move with the arrow keys, to hear what is there.",
        "사진. 가리키거나 화살표 키로 움직이면 그 자리에 무엇이 있는지 알려 줍니다.",
    ),
    "dr_point": ("Point at the picture, or tap it, to see what is there.", "사진을 가리키거나 누르면 그 자리에 무엇이 있는지 보입니다."),
    "dr_thing": ("thing", "개체(thing)"),
    "dr_stuff": ("stuff", "배경(stuff)"),
    "dr_sure": ("{percent} % sure", "확신도 {percent}%"),
    "dr_truly": ("truth: {name}", "정답: {name}"),
    # time and files
    "dr_time_network": ("network", "모델"),
    "dr_time_map": ("map", "지도"),
    "dr_time_view": ("this view", "이 보기"),
    "dr_once": ("another view or opacity does not ask the network again", "보기나 진하기를 바꿔도 모델을 다시 돌리지 않습니다"),
    "dr_size_small": ("shown at {width} × {height}, files at {full_width} × {full_height} px", "화면 {width} × {height}, 파일 {full_width} × {full_height} px"),
    "dr_files": ("Download", "내려받기"),
    "dr_file_overlay": ("Overlay", "겹친 그림"),
    "dr_file_color": ("Colours", "공식 색"),
    "dr_file_panoptic": ("COCO panoptic (zip)", "COCO 파놉틱(zip)"),
    "dr_making": ("Making it …", "만드는 중…"),
    # scores
    "dr_scores": ("Scores against the truth", "정답과 견준 점수"),
    "dr_scores_about": (
        "Of this one picture: a network is judged by many.",
        "이 사진 한 장의 점수입니다. 모델은 여러 장으로 평가해야 합니다.",
    ),
    "dr_pq_things": ("PQ, things", "PQ(개체)"),
    "dr_pq_stuff": ("PQ, stuff", "PQ(배경)"),
    "dr_per_class": ("IoU by class", "클래스별 IoU"),
    # messages
    "dr_gone": ("This picture is no longer in memory; open it again.", "사진이 메모리에서 지워졌습니다. 다시 열어 주세요."),
    "dr_unreachable": ("The server does not answer; what you see is the last picture.", "서버가 응답하지 않습니다. 마지막 결과를 보여 드립니다."),
    # compare
    "dr_compare_about": (
        "The same picture through every network that is here; it is the one that is open under Picture. Point at one, and all say what they see there.",
        "‘사진’에 열린 사진을 모든 모델에 넣은 결과입니다. 하나를 가리키면 모든 모델이 그 자리를 무엇으로 보는지 알려 줍니다.",
    ),
    "dr_compare_none": ("There is no network to compare yet; this is the truth of the drawing.", "아직 비교할 모델이 없어 그림의 정답만 보입니다."),
    "dr_compare_one": (
        "One network is here; a second one will stand beside it once it is in weights/.",
        "지금은 모델이 하나뿐입니다. weights/에 모델이 더 생기면 옆에 나란히 보입니다.",
    ),
    "dr_card_time": ("Time", "시간"),
    "dr_card_size": ("Size", "크기"),
    "dr_card_sure": ("Sure of", "확신하는 비율"),
    "dr_card_about": (
        "Time: from the picture to its map, the middle one of three, on this machine as busy as it is. Size: of the checkpoint. "
        "Sure of: the share of the picture with more than half of the probability on one class.",
        "시간: 사진에서 지도까지, 세 번 잰 것의 중앙값(지금 이 컴퓨터의 상태 그대로). 크기: 가중치 파일의 크기. "
        "확신하는 비율: 한 클래스의 확률이 절반을 넘는 픽셀의 비율.",
    ),
    "dr_card_failed": ("This network cannot be used: {why}", "이 모델을 쓸 수 없습니다: {why}"),
    # video
    "dr_video_idle": (
        "Choose a drive and press Start. Its sound is kept. Without one at hand, take the drawn street.",
        "주행 영상을 고르고 시작을 누르세요. 소리는 그대로 남습니다. 영상이 없으면 그려 낸 거리를 써 보세요.",
    ),
    "dr_drawn_clip": ("Take the drawn street", "그려 낸 거리 쓰기"),
    "dr_drawing": ("Drawing the street: {done} of {total} frames", "거리를 그리는 중: {total}프레임 중 {done}"),
    "dr_clip_ready": ("A drive through a drawn street. Press Start.", "그려 낸 거리를 달리는 영상입니다. 시작을 누르세요."),
    "dr_steady": ("Steady over time", "시간에 따라 안정되게"),
    "dr_steady_about": (
        "Holds what flickers and follows what moves.",
        "깜박임은 붙들고 움직이는 것은 따라갑니다.",
    ),
    "dr_no_video_network": ("No network for roads is installed; a video cannot be parsed.", "도로용 모델이 설치되어 있지 않아 동영상을 분석할 수 없습니다."),
    # what am I looking at
    "dr_about": ("What am I looking at?", "무엇을 보고 있나요?"),
    "dr_what_semantic": ("Semantic", "시맨틱 분할"),
    "dr_what_semantic_about": (
        "Every pixel gets one class: road, sky, car. Two cars side by side are one patch of “car”. Measured by the mean IoU of the classes.",
        "모든 픽셀에 클래스를 하나씩 붙입니다(도로, 하늘, 자동차). 나란히 선 두 차는 ‘자동차’라는 한 덩어리입니다. 클래스별 IoU의 평균(mIoU)으로 평가합니다.",
    ),
    "dr_what_stuff": ("Stuff", "배경(stuff)"),
    "dr_what_stuff_about": (
        "What has no pieces to count: road, sidewalk, building, vegetation, sky. Where it is matters, not how many there are.",
        "셀 수 있는 조각이 없는 것: 도로, 인도, 건물, 초목, 하늘. 몇 개인지가 아니라 어디에 있는지가 중요합니다.",
    ),
    "dr_what_things": ("Things", "개체(thing)"),
    "dr_what_things_about": (
        "What can be counted: people, riders, cars, trucks, bicycles. Cityscapes has eight such classes; the other eleven are stuff.",
        "셀 수 있는 것: 사람, 탑승자, 자동차, 트럭, 자전거. Cityscapes에는 이런 클래스가 8개 있고 나머지 11개는 배경입니다.",
    ),
    "dr_what_instances": ("Instances", "개체 분할"),
    "dr_what_instances_about": (
        "Every thing has its own mask, class and score: car 1, car 2, person 1. Stuff is not looked for. Measured by average precision (AP).",
        "개체마다 마스크, 클래스, 점수가 따로 있습니다(자동차 1, 자동차 2, 사람 1). 배경은 찾지 않습니다. 평균 정밀도(AP)로 평가합니다.",
    ),
    "dr_what_panoptic": ("Panoptic", "파놉틱 분할"),
    "dr_what_panoptic_about": (
        "Both at once: every pixel belongs to exactly one segment, things one by one, stuff by class, nothing overlaps. Measured by panoptic quality (PQ).",
        "둘을 합칩니다. 모든 픽셀이 조각 하나에만 속하며, 개체는 하나하나, 배경은 클래스별로 나뉘고 겹치지 않습니다. 파놉틱 품질(PQ)로 평가합니다.",
    ),
    "dr_what_more": ("How these are scored, step by step", "채점 방법 자세히 보기"),
}  # fmt: skip

# What the cards of the networks for roads say: (English where it is to read otherwise, Korean).
DRIVING_CARDS: dict[str, tuple[str, str]] = {
    "Road scenes, fast: for videos and webcams on a CPU": (
        "",
        "도로 장면, 빠르게: CPU에서 쓰는 동영상·웹캠용",
    ),
    "Road scenes, FCN-8s: the first of its kind": ("", "도로 장면, FCN-8s: 이런 모델의 시초"),
    "Road scenes, U-Net: a path back up with all details": (
        "",
        "도로 장면, U-Net: 세부를 모두 살려 되돌아 올라가는 모델",
    ),
    "Road scenes, DeepLabV3+: several reaches at once": (
        "",
        "도로 장면, DeepLabV3+: 여러 범위를 한꺼번에 보는 모델",
    ),
    "Trained on about 900 frames of a few cities by day: at night, in snow and in the tropics' crowds it errs more.": (
        "",
        "몇몇 도시의 낮 사진 약 900장으로 학습했습니다. 밤, 눈길, 붐비는 열대 거리에서는 더 자주 틀립니다.",
    ),
    "Riders, bicycles, motorcycles, traffic lights, trucks and buses are hardly ever told on held-out Cityscapes and BDD frames: few training frames name them.": (
        "",
        "따로 떼어 둔 Cityscapes·BDD 사진에서 탑승자, 자전거, 오토바이, 신호등, 트럭, 버스는 거의 가려내지 못합니다. 학습 사진에 드물기 때문입니다.",
    ),
    "Far and thin things (poles, signs, riders) are often missed at the size that the network sees.": (
        "",
        "멀리 있거나 가는 것(기둥, 표지판, 탑승자)은 모델이 보는 크기에서 자주 놓칩니다.",
    ),
    "Walls, fences, trains and terrain are rarely labelled in the data and often confused.": (
        "",
        "벽, 울타리, 기차, 지면은 학습 데이터에 드물어 서로 헷갈리기 쉽습니다.",
    ),
    "Road scenes, Mask R-CNN: every person and vehicle with a mask of its own": (
        "",
        "도로 장면, Mask R-CNN: 사람과 탈것마다 따로 마스크를 그리는 모델",
    ),
    "Street photos of one city (5 frames labelled by hand, 100 by a model), 498 everyday photos and drawn streets: far "
    "things, crowds and other cities' vehicles are often missed or run together.": (
        "",
        "한 도시의 거리 사진(손으로 표시한 5장, 모델이 표시한 100장), 일상 사진 498장, 그린 거리로 학습했습니다. 멀리 있는 것, "
        "붐비는 곳, 다른 도시의 차량은 놓치거나 한 덩어리로 보기 쉽습니다.",
    ),
    "Trucks, buses and trains are rare in the data and often called cars.": (
        "",
        "트럭, 버스, 기차는 학습 데이터에 드물어 자동차로 부르기 쉽습니다.",
    ),
    "COCO does not tell riders from people: a rider is often called a person.": (
        "",
        "COCO는 탑승자와 사람을 구분하지 않아, 탑승자를 사람으로 부를 때가 많습니다.",
    ),
    "COCO photos with people and their instances": ("", "사람이 나오는 COCO 사진과 개체별 마스크"),
    "drawn streets": ("", "그린 거리"),
    "the project's own": ("", "이 프로젝트에서 만듦"),
    "camvid": ("CamVid, streets of its own", "CamVid(학습에 쓰지 않은 거리)"),
    "cityscapes": ("Cityscapes frames", "Cityscapes 사진"),
    "coco": ("COCO photos", "COCO 사진"),
    "bdd": ("BDD100K frames (US)", "BDD100K 사진(미국)"),
    "idd": ("IDD Lite (India)", "IDD Lite(인도)"),
    "Cityscapes frames and clips": ("", "Cityscapes 사진과 영상"),
    "Coral DeepLab's answers on CamVid and IDD frames": ("", "CamVid·IDD 사진에 대한 Coral DeepLab의 답"),
    "BDD10K, 6 frames": ("", "BDD10K 사진 6장"),
    "KITTI, 5 frames": ("", "KITTI 사진 5장"),
    "CC BY-NC-SA 4.0; Cityscapes' own terms (non-commercial)": (
        "",
        "CC BY-NC-SA 4.0, Cityscapes 자체 약관(비상업)",
    ),
    "network Apache-2.0, itself trained on Cityscapes": (
        "",
        "모델은 Apache-2.0, 그 모델도 Cityscapes로 학습됨",
    ),
    "not stated (research)": ("", "명시되지 않음(연구용)"),
}

# What a visitor can run into here, in Korean: (pattern of core's English text, Korean).
DRIVING_ERRORS: list[tuple[str, str]] = [
    (
        r"^the truth has (?P<a>\d+)×(?P<b>\d+) px, the picture (?P<c>\d+)×(?P<d>\d+)",
        "크기가 다릅니다. 정답은 {a} × {b}, 사진은 {c} × {d} 픽셀입니다. 이 사진의 정답 PNG를 골라 주세요.",
    ),
    (
        r"^ids \[(?P<ids>[\d, ]+)\] in the map",
        "Cityscapes에 없는 번호({ids})가 있습니다. labelIds, labelTrainIds, instanceIds PNG를 골라 주세요.",
    ),
    (
        r"^(?P<count>\d+) things in the map",
        "정답에 개체가 {count}개 있습니다. 500개까지 읽습니다. 사진 한 장의 instanceIds PNG나, 개체를 구별하지 않는 labelIds PNG를 골라 주세요.",
    ),
    (
        r"^(?P<name>.+?) has colours",
        "{name} 파일은 컬러 그림입니다. 클래스 번호를 담은 단일 채널 PNG를 골라 주세요.",
    ),
]
