"""Texts of the gates, in English and Korean; `demos.words` takes them in."""

from __future__ import annotations

ACCESS: dict[str, tuple[str, str]] = {
    "sign_in": ("Sign in", "로그인"),
    "sign_out": ("Sign out", "로그아웃"),
    "user_name": ("Name", "이름"),
    "password": ("Password", "비밀번호"),
    "sign_in_about": (
        "Whoever started this server has the name and the password.",
        "이름과 비밀번호는 이 서버를 켠 사람에게 물어보세요.",
    ),
    "wrong_password": ("Name or password is wrong. Try again.", "이름이나 비밀번호가 틀렸습니다. 다시 입력해 주세요."),
    "too_many_tries": (
        "Another try is still being checked. Wait a second, then try again.",
        "다른 로그인 시도를 확인하는 중입니다. 잠시 뒤 다시 시도해 주세요.",
    ),
    "signed_out": ("Sign in first, then try again.", "먼저 로그인한 뒤 다시 시도해 주세요."),
    "refused": ("Not let in", "접속할 수 없습니다"),
    "wrong_name": (
        "This server does not answer to the name {name}. Open the address that it printed when it started, "
        "or start it with {option}.",
        "이 서버는 ‘{name}’ 이름으로 열 수 없습니다. 서버를 켤 때 나온 주소로 열거나, "
        "{option} 옵션을 붙여 다시 켜 주세요.",
    ),
    "wrong_site": (
        "This request comes from a page of another site; open this server's own page instead.",
        "다른 사이트의 페이지에서 보낸 요청입니다. 이 서버의 페이지를 직접 열어 주세요.",
    ),
    "not_yours": ("There is nothing here for you.", "여기에는 열 수 있는 것이 없습니다."),
    "malformed": (
        "This request cannot be read. Reload the page, or look up what to send with Client(…).view_api().",
        "요청을 읽을 수 없습니다. 페이지를 새로 고치거나 Client(…).view_api()로 보낼 내용을 확인해 주세요.",
    ),
    # Said instead of the key without "_served" where more than this machine can come.
    "tagline_served": ("Image segmentation at work.", "바로 쓰는 이미지 분할."),
    "md_kept_served": (
        "Files go to the computer that serves this page, and are deleted when you close this page.",
        "파일은 이 페이지를 띄운 컴퓨터로만 전송되며, 이 페이지를 닫으면 지워집니다.",
    ),
    "private_served": (
        "What you open here goes to the computer that serves this page, and no further.",
        "여기서 여는 파일은 이 페이지를 띄운 컴퓨터로만 전송됩니다.",
    ),
}  # fmt: skip
