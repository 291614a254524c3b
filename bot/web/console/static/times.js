// Shows times in the reader's own zone, with UTC on hover, and sends what is picked in it as UTC.
// Without this script everything is UTC.

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const two = (number) => String(number).padStart(2, "0");
const day = (at) => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
const clock = (at) => `${two(at.getHours())}:${two(at.getMinutes())}`;
const seconds = (at) => two(at.getSeconds());

function showTimes() {
  for (const node of document.querySelectorAll("time[datetime]:not([data-local])")) {
    const at = new Date(node.dateTime);
    node.textContent = `${day(at)} ${clock(at)}:${seconds(at)}`;
    node.dataset.local = zone;
  }
}

// The page's value is UTC; so is what is sent.
function showPicker(field) {
  field.labels[0].querySelector(".zone").textContent = `(${zone})`;
  if (!field.value) return;
  const at = new Date(`${field.value}Z`);
  field.value = `${day(at)}T${clock(at)}${at.getSeconds() ? `:${seconds(at)}` : ""}`;
}

function sendUtc({ formData }) {
  for (const field of document.querySelectorAll("input[type=datetime-local]")) {
    if (!formData.get(field.name)) continue;
    const at = new Date(formData.get(field.name));
    formData.set(field.name, at.toISOString().slice(0, at.getSeconds() ? 19 : 16));
  }
}

if (zone && zone !== "UTC") {
  showTimes();
  document.addEventListener("htmx:afterSettle", showTimes);
  document.querySelectorAll("input[type=datetime-local]").forEach(showPicker);
  document.addEventListener("formdata", sendUtc);
  document.getElementById("zone").textContent = `Times are in your time zone, ${zone}; hover over one for UTC.`;
}
