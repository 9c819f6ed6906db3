"""What the README shows of the API; `test_api` runs it as it stands."""

import sys

from gradio_client import Client, handle_file

photo, frame, scan, address = sys.argv[1:]

# Shown from here …
triptych = Client(address)
blurred = triptych.predict(handle_file(photo), f_number=1.8, api_name="/portrait")
label_ids, overlay, report = triptych.predict(handle_file(frame), view="overlay", api_name="/driving")
mask, volumes = triptych.predict(handle_file(scan), task="ct-tissues", api_name="/medical")
# … to here.

for row in report["classes"]:
    print(f"{row['name']}: {row['share']:.1%}")
for row in volumes["labels"]:
    print(f"{row['name']}: {row['ml']:.0f} ml")
