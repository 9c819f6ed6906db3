"""The portrait panel: photos and videos."""
