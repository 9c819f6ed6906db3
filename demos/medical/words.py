"""Texts of the medical panel, in English and Korean; `demos.words` takes them in."""

from __future__ import annotations

MEDICAL: dict[str, tuple[str, str]] = {
    "md_tab": ("Volume", "볼륨"),
    "md_notice": ("Research use only, not a medical device.", "연구용입니다. 의료기기가 아닙니다."),
    "md_kept": (
        "Files stay on this machine and are deleted when you close this page.",
        "파일은 이 컴퓨터에만 있으며, 이 페이지를 닫으면 지워집니다.",
    ),
    "md_loading": ("Opening …", "여는 중…"),
    # examples
    "md_examples": ("Examples", "예시"),
    "md_example_t1": ("Drawn head, T1", "그린 머리, T1"),
    "md_example_t2": ("Drawn head, T2", "그린 머리, T2"),
    "md_example_ct": ("Drawn head, CT", "그린 머리, CT"),
    "md_example_partial": ("Part of a real head", "실제 머리 일부"),
    "md_example_slice": ("One real slice", "실제 단면 하나"),
    "md_about_t1": (
        "Drawn by this program, not a patient: every part of it is a formula, so what is right is known exactly.",
        "환자가 아니라 이 프로그램이 그린 머리입니다. 모든 부분이 수식이어서 정답을 정확히 압니다.",
    ),
    "md_about_t2": (
        "Drawn by this program, not a patient: every part of it is a formula, so what is right is known exactly.",
        "환자가 아니라 이 프로그램이 그린 머리입니다. 모든 부분이 수식이어서 정답을 정확히 압니다.",
    ),
    "md_about_ct": (
        "Drawn by this program, not a patient: every part of it is a formula, so what is right is known exactly.",
        "환자가 아니라 이 프로그램이 그린 머리입니다. 모든 부분이 수식이어서 정답을 정확히 압니다.",
    ),
    "md_about_partial": (
        "A real MRI that comes with nibabel: 24 slices, so only part of a head, and not T1-weighted. Expect little of any network.",
        "nibabel에 들어 있는 실제 MRI입니다. 24장뿐이어서 머리의 일부이고 T1 강조도 아닙니다. 모델에 많이 기대하지 마세요.",
    ),
    "md_about_slice": (
        "One real sagittal MRI slice that comes with Matplotlib.",
        "Matplotlib에 들어 있는 실제 MRI 시상 단면 한 장입니다.",
    ),
    # opening
    "md_drop": ("Drop a CT or MRI volume here", "CT나 MRI 볼륨을 여기에 놓으세요"),
    "md_choose": ("Choose a file", "파일 고르기"),
    "md_formats": (".nii, .nii.gz, or .hdr and .img together", ".nii, .nii.gz 또는 .hdr과 .img를 함께"),
    "md_time": ("Time point", "시점"),
    "md_of": ("{number} of {total}", "{total}개 중 {number}"),
    "md_task": ("What to find", "찾을 것"),
    "md_run": ("Segment", "분할하기"),
    "md_cancel": ("Cancel", "취소"),
    "md_task_ct-tissues": ("CT tissues by HU ranges (rules, not a network)", "HU 범위로 찾는 CT 조직 (규칙, 모델 아님)"),
    "md_task_brain": ("Brain, T1 head", "뇌, T1 머리"),
    "md_part_mask": ("whole brain", "뇌 전체"),
    "md_part_tissues": ("tissues", "조직"),
    "md_part_structures": ("structures", "구조물"),
    "md_task_hippocampus": ("Hippocampus, MRI crop", "해마, MRI 조각"),
    "md_task_ct-headneck": ("Head and neck organs, CT", "두경부 장기, CT"),
    "md_limits_ct-tissues": (
        "Every voxel is what its HU say. So marrow counts as fat or soft tissue, contrast agent that touches bone as bone, and metal's "
        "streaks as what they look like; bone comes out about half a voxel too thick all around.",
        "복셀마다 HU 값만으로 정합니다. 그래서 골수는 지방이나 연부 조직이 되고, 뼈에 닿은 조영제는 뼈가 되며, 금속 때문에 생긴 줄무늬도 보이는 대로 "
        "분류합니다. 뼈는 둘레로 반 복셀쯤 두껍게 나옵니다.",
    ),
    "md_about_task": ("What it can and cannot do", "할 수 있는 것과 없는 것"),
    "md_no_task": (
        "Nothing that works here is made for this scan, so it is shown without a mask. You can still try what there is.",
        "여기에는 이 영상에 맞는 방법이 없어 마스크 없이 보여 줍니다. 있는 방법을 시험해 볼 수는 있습니다.",
    ),
    "md_nothing": ("Nothing was found in this scan.", "이 영상에서 아무것도 찾지 못했습니다."),
    "md_took": ("{title} · {seconds} s", "{title} · {seconds}초"),
    # progress
    "md_doing_waiting": ("Waiting for another volume to be done …", "다른 볼륨이 끝나기를 기다리는 중…"),
    "md_doing_drawing": ("Drawing the head …", "머리를 그리는 중…"),
    "md_doing_reading": ("Reading the file …", "파일을 읽는 중…"),
    "md_doing_done": ("Getting it ready to be shown …", "보여 줄 준비를 하는 중…"),
    "md_doing_task": ("Segmenting: {task}", "분할하는 중: {task}"),
    "md_doing_sending": ("Handing over the file …", "파일을 넘기는 중…"),
    "md_doing_fetching": ("Loading the slices …", "단면을 불러오는 중…"),
    "md_cancelled": ("Cancelled; what was there before stays.", "취소했습니다. 앞의 결과는 그대로입니다."),
    # planes
    "md_axial": ("Axial", "축상면"),
    "md_coronal": ("Coronal", "관상면"),
    "md_sagittal": ("Sagittal", "시상면"),
    "md_plane_keys": (
        "{plane}: arrow keys move through the slices, Page Up and Down by ten",
        "{plane}: 화살표 키로 단면 이동, Page Up과 Down은 열 장씩",
    ),
    "md_slice": ("Slice {number} of {total}", "단면 {number} / {total}"),
    "md_enlarge": ("Enlarge", "크게 보기"),
    "md_surface": ("3D surface", "3D 표면"),
    "md_surface_make": ("Show the surface", "표면 보기"),
    "md_surface_making": ("Making the surface …", "표면을 만드는 중…"),
    "md_surface_none": ("Nothing has been found, so there is no surface.", "찾은 것이 없어 표면도 없습니다."),
    "md_surface_webgl": (
        "This browser cannot draw in 3D (no WebGL). Download the surface instead.",
        "이 브라우저는 3D를 그리지 못합니다(WebGL 없음). 대신 표면 파일을 내려받으세요.",
    ),
    "md_surface_keys": ("3D surface: drag or arrow keys turn it, the wheel or + and − zoom", "3D 표면: 끌거나 화살표 키로 돌리고, 휠이나 +, −로 확대"),
    "md_halved": (
        "Shown at {shown} of {shape} voxels so that the browser keeps up; mask, figures and files have them all.",
        "브라우저에 맞게 {shape} 가운데 {shown} 복셀만 보여 줍니다. 마스크, 수치, 파일에는 모두 들어 있습니다.",
    ),
    # looks
    "md_window": ("Window", "창 설정"),
    "md_window_auto": ("All", "전체"),
    "md_window_brain": ("Brain", "뇌"),
    "md_window_soft": ("Soft tissue", "연부 조직"),
    "md_window_bone": ("Bone", "뼈"),
    "md_window_lung": ("Lung", "폐"),
    "md_level": ("Level", "중심"),
    "md_width": ("Width", "폭"),
    "md_drag": ("Dragging", "끌면"),
    "md_drag_cross": ("moves the crosshair", "십자선 이동"),
    "md_drag_window": ("changes the window", "밝기·대비 조절"),
    "md_drag_hint": (
        "The right mouse button always changes the window. Ctrl and wheel zoom, a double click enlarges.",
        "마우스 오른쪽 버튼으로는 언제나 밝기와 대비가 바뀝니다. Ctrl과 휠로 확대하고, 두 번 누르면 크게 봅니다.",
    ),
    "md_convention": ("Convention", "표시 방식"),
    "md_radiological": ("Radiological: the patient's left is on the right", "영상의학식: 환자의 왼쪽이 오른쪽에 보임"),
    "md_neurological": ("Neurological: left is left", "신경과학식: 왼쪽이 왼쪽에 보임"),
    "md_opacity": ("Opacity", "불투명도"),
    "md_outline": ("Outlines", "윤곽선"),
    "md_show": ("Show", "보기"),
    "md_show_mask": ("Labels", "라벨"),
    "md_show_uncertainty": ("Uncertainty", "불확실성"),
    "md_show_errors": ("Errors", "오류"),
    "md_show_none": ("Scan only", "영상만"),
    "md_uncertainty_about": (
        "How much the network's views along the three planes disagree: dark: not at all, yellow: much.",
        "세 방향에서 본 모델의 답이 서로 얼마나 다른지 보여 줍니다. 어두우면 같고, 노랑이면 크게 다릅니다.",
    ),
    # labels
    "md_labels": ("What was found", "찾은 것"),
    "md_all": ("Show all", "모두 보기"),
    "md_no_labels": ("Hide all", "모두 숨기기"),
    "md_mean": ("Mean", "평균"),
    "md_go": ("Go to the middle of {name}", "{name}의 가운데로 가기"),
    "md_hd95_about": ("mm that 95 % of either outline stays within of the other", "두 경계의 95%가 서로 이 거리(mm) 안에 있음"),
    "md_against_drawn": ("Dice and HD95 (mm) against what the head was drawn from.", "머리를 그린 정답과 비교한 Dice와 HD95(mm)입니다."),
    "md_against_own": ("Dice and HD95 (mm) against your mask.", "내 마스크와 비교한 Dice와 HD95(mm)입니다."),
    "md_unknown": ("Not in the truth: {names}.", "정답에 없음: {names}."),
    "md_truth": ("Ground truth", "정답 마스크"),
    "md_truth_about": (
        "Choose a mask of this scan with the same values: scores and a picture of the errors follow.",
        "값의 뜻이 같은 이 영상의 마스크를 고르면 점수와 오류 그림을 보여 줍니다.",
    ),
    "md_truth_choose": ("Choose a mask", "마스크 고르기"),
    # under the cursor
    "md_background": ("background", "배경"),
    "md_outside": ("Point at a picture to read its value.", "그림을 가리키면 값을 읽어 줍니다."),
    # one slice
    "md_one": ("One slice by itself", "단면 하나만"),
    "md_one_about": (
        "Segments the slice under the crosshair as if there were no other, and shows how sure the network is of every class.",
        "십자선이 놓인 단면 하나만 따로 분할하고, 클래스마다 모델이 얼마나 확신하는지 보여 줍니다.",
    ),
    "md_one_run": ("Segment this slice", "이 단면만 분할"),
    "md_one_rules": (
        "{plane} slice {number}, {ms} ms. Rules know yes or no, so there is no probability map.",
        "{plane} 단면 {number}, {ms} ms. 규칙은 맞다, 아니다만 알기 때문에 확률 지도가 없습니다.",
    ),
    "md_one_network": ("{plane} slice {number}, {ms} ms. Probability of:", "{plane} 단면 {number}, {ms} ms. 확률:"),
    "md_one_share": ("{share} % of the voxels differ from the whole volume's mask.", "볼륨 전체로 찾은 마스크와 복셀의 {share}%가 다릅니다."),
    # files
    "md_files": ("Take it away", "내려받기"),
    "md_making": ("Making it …", "만드는 중…"),
    "md_file_mask": ("Mask (NIfTI)", "마스크 (NIfTI)"),
    "md_file_report": ("Report (JSON)", "보고서 (JSON)"),
    "md_file_glb": ("Surface (GLB)", "표면 (GLB)"),
    "md_file_stl": ("Surface (STL)", "표면 (STL)"),
    "md_file_labels": ("Labels (JSON)", "라벨 (JSON)"),
    "md_file_itksnap": ("Labels (ITK-SNAP)", "라벨 (ITK-SNAP)"),
    "md_file_uncertainty": ("Uncertainty (NIfTI)", "불확실성 (NIfTI)"),
    # errors
    "md_gone": ("This scan is no longer in memory; open it again.", "이 영상은 메모리에서 지워졌습니다. 다시 열어 주세요."),
    "md_unreachable": ("The server does not answer. Is it still running?", "서버가 응답하지 않습니다. 아직 켜져 있나요?"),
    "md_too_large": ("The browser has no room for this volume.", "브라우저 메모리가 모자라 이 볼륨을 보여 줄 수 없습니다."),
}  # fmt: skip

# What a visitor can run into here, in Korean: (pattern of core's English text, Korean).
MEDICAL_ERRORS: list[tuple[str, str]] = [
    (r"^(?P<name>.+?) is not a NIfTI file", "{name} 파일은 NIfTI가 아닙니다. DICOM이라면 먼저 dcm2niix로 바꿔 주세요."),
    (r"^(?P<name>.+?) is cut short", "{name} 파일이 중간에 끊겼습니다. 다시 복사하거나 내려받아 주세요."),
    (r"^(?P<name>.+?) goes on far behind", "{name} 파일이 헤더에 적힌 크기보다 큽니다. 다시 내보내 주세요."),
    (r"^(?P<name>.+?) is missing$", "{name} 파일이 없습니다. .hdr과 .img를 함께 골라 주세요."),
    (r"^(?P<name>.+?) is a (?P<n>\d)D image", "{name} 파일은 {n}차원 영상입니다. 3차원 볼륨을 골라 주세요."),
    (r"^(?P<name>.+?) is empty: every voxel is (?P<v>\S+)", "{name} 파일은 모든 복셀이 {v}이라 비어 있습니다. 다시 내보내 주세요."),
    (r"^(?P<name>.+?) is empty", "{name} 파일이 비어 있습니다. 다시 복사해 주세요."),
    (r"^(?P<name>.+?): its header claims (?P<n>\d+) dimensions", "{name} 파일의 헤더가 {n}차원이라고 합니다. 3차원 볼륨을 골라 주세요."),
    (r"^(?P<name>.+?) holds values of type (?P<kind>.+)", "{name} 파일의 복셀 형식({kind})은 읽을 수 없습니다. 정수나 64비트 이하 실수로 저장해 주세요."),
    (r"^(?P<name>.+?) has .+ that would unpack to", "{name} 파일을 풀면 지나치게 커집니다. 맞는 파일이라면 먼저 풀어서 올려 주세요."),
    (r"^(?P<name>.+?) holds (?P<kind>.+?) values", "{name} 파일의 복셀 값은 {kind}입니다. 실수 하나씩인 CT·MRI 볼륨이 필요합니다."),
    (r"^(?P<name>.+?) holds no numbers", "{name} 파일의 모든 복셀이 숫자가 아닙니다(NaN). 다시 내보내 주세요."),
    (r"^(?P<name>.+?) claims (?P<what>.+?) voxels", "{name} 파일이 너무 큽니다(헤더상 {what} 복셀). 잘라 내거나 간격을 넓혀 주세요."),
    (r"^(?P<name>.+?) has a spacing of", "{name} 파일의 복셀 간격을 쓸 수 없습니다. 헤더를 고쳐 주세요."),
    (r"^(?P<name>.+?): a spacing of zero", "{name} 파일의 복셀 간격이 0입니다. 헤더를 고쳐 주세요."),
    (r"^(?P<name>.+?) is \([\d, ]+\)$", "{name} 파일은 3차원 볼륨이 아닙니다. 시점이 하나인 마스크를 골라 주세요."),
    (r"^(?P<name>.+?) has no time point (?P<n>\d+)", "{name} 파일에 시점 {n}이 없습니다."),
    (r"^(?P<name>.+?) has values (?:such as|of) ", "{name} 파일의 값은 라벨이 아닙니다. 정수로 된 마스크를 골라 주세요."),
    (r"^(?P<name>.+?) has values \[(?P<ids>[\d, -]+)\]", "{name} 파일에 이 라벨 세트에 없는 값({ids})이 있습니다."),
    (r"^(?P<name>.+?): the prediction is .+ voxels, the truth", "{name} 마스크의 크기가 영상과 다릅니다. 같은 격자의 마스크를 골라 주세요."),
    (r"^(?P<name>.+?): the prediction's spacing is", "{name} 마스크의 복셀 간격이 영상과 다릅니다. 같은 격자의 마스크를 골라 주세요."),
    (r"^(?P<name>.+?): the affines of prediction and truth differ", "{name} 마스크의 위치(affine)가 영상과 다릅니다. 같은 격자의 마스크를 골라 주세요."),
    (r"^(?P<names>.+?) are not one volume", "{names} 파일은 한 볼륨이 아닙니다. .nii 하나, 또는 .hdr과 그 .img를 골라 주세요."),
    (r"^too many files at once", "파일이 너무 많습니다. .nii 하나, 또는 .hdr과 그 .img를 골라 주세요."),
    (r"^no file has arrived", "도착한 파일이 없습니다. .nii나 .nii.gz, 또는 .hdr과 .img를 골라 주세요."),
    (r"^(?P<name>.+?) is larger than (?P<size>.+? GB)", "{name} 파일이 너무 큽니다(최대 {size})."),
    (r"^(?P<name>.+?) cannot be kept", "{name} 파일을 둘 자리가 없습니다. 디스크 공간을 확인해 주세요."),
    (r"^(?P<what>[\d×]+) voxels need (?P<size>.+? GB)", "볼륨이 너무 큽니다(네트워크 격자로 {what} 복셀, {size} 필요). 잘라 내거나 헤더의 간격을 고쳐 주세요."),
    (r"^\S+ was not trained on (?P<plane>\w+) slices", "이 모델은 이 방향의 단면({plane})을 학습하지 않았습니다. 다른 방향을 골라 주세요."),
    (r"^nothing was found, so there is no surface", "찾은 것이 없어 표면도 없습니다."),
]  # fmt: skip

# What the cards of the networks say; see ``demos.words.CARDS``.
MEDICAL_CARDS: dict[str, tuple[str, str]] = {
    "Brain on whole-head MRI: mask, tissues, structures": ("", "머리 전체 MRI의 뇌: 뇌 영역, 조직, 구조"),
    "Its truth is another network's answer (DLMUSE): figures say how far the two agree, not how right both are.": (
        "",
        "정답이 다른 모델(DLMUSE)의 결과입니다. 수치는 두 모델이 얼마나 일치하는지를 나타내며, 실제로 맞는지를 나타내지는 않습니다.",
    ),
    "Works at 2 mm: nuclei of a few hundred voxels, and thin cortex, have coarse edges.": (
        "",
        "2mm 해상도로 처리합니다. 복셀 수백 개짜리 핵과 얇은 피질의 경계는 거칩니다.",
    ),
    "Adults without large lesions; tumours, bleeding, children and partial heads were not seen.": (
        "",
        "큰 병변이 없는 성인으로 학습했습니다. 종양, 출혈, 어린이, 일부만 찍힌 머리는 학습하지 않았습니다.",
    ),
    "Left and right are told by the axial and coronal views; a single sagittal slice cannot tell them.": (
        "",
        "좌우는 축상면과 관상면으로 구분합니다. 시상면 한 장만으로는 구분할 수 없습니다.",
    ),
    "IXI T1 images": ("", "IXI T1 영상"),
    "regions made of them by DLMUSE": ("", "DLMUSE가 그 영상에서 만든 영역"),
    "made by a network": ("", "다른 모델이 만듦"),
    "whole-head label maps of SynthSeg": ("", "SynthSeg의 머리 전체 라벨 지도"),
    "heads drawn by this project": ("", "이 프로젝트가 그린 머리"),
    "its own": ("", "자체 제작"),
    "Hippocampus, anterior and posterior (MRI crops)": ("", "해마 앞쪽과 뒤쪽 (잘라 낸 MRI)"),
    "Wants a crop around one hippocampus at about 1 mm, T1-weighted; a whole head is not cropped for it.": (
        "",
        "한쪽 해마 주변을 약 1mm 간격으로 잘라 낸 T1 강조 영상이 필요합니다. 머리 전체 영상을 대신 잘라 주지는 않습니다.",
    ),
    "Trained on adults of one study, healthy and with psychosis: atrophy, tumours and children were not seen.": (
        "",
        "한 연구의 성인(건강한 사람과 정신증 환자)으로 학습했습니다. 위축, 종양, 어린이는 학습하지 않았습니다.",
    ),
    "Of 17 of the 42 cases that it is measured on, the other side of the same head was trained on; on the 25 of which neither was, Dice is .891 anterior and .881 posterior.": (
        "",
        "측정에 쓴 42건 중 17건은 같은 머리의 반대쪽 해마로 학습했습니다. 양쪽 모두 학습하지 않은 25건의 Dice는 앞쪽 .891, 뒤쪽 .881입니다.",
    ),
    "Medical Segmentation Decathlon, task 4 (hippocampus)": (
        "",
        "Medical Segmentation Decathlon 과제 4 (해마)",
    ),
    "Organs of head and neck on CT (coarse, 4 mm)": ("", "CT의 두경부 장기 (거친 4mm)"),
    "Sees pixels of 4 mm, as it was trained on: edges are coarse, and the cord is two pixels wide.": (
        "",
        "학습 데이터처럼 4mm 화소로 봅니다. 경계가 거칠고 척수의 너비는 두 화소입니다.",
    ),
    "Outlines were drawn for radiotherapy of tumours of the head and neck; organs that a tumour displaces are missed.": (
        "",
        "윤곽은 두경부 종양의 방사선 치료를 위해 그린 것입니다. 종양에 밀려난 장기는 놓칩니다.",
    ),
    "A scan without head or neck comes back empty, by a rule: two of its head's organs must be found.": (
        "",
        "머리나 목이 없는 영상은 규칙에 따라 비어 있는 결과가 됩니다. 머리의 장기 두 개를 찾아야 합니다.",
    ),
    "OpenKBP planning CTs": ("", "OpenKBP 치료 계획 CT"),
    "MIT (challenge repository); scans of public collections, some under restrictions about faces": (
        "",
        "MIT (대회 저장소), 공개 컬렉션의 영상이며 일부는 얼굴 관련 제한이 있음",
    ),
}
