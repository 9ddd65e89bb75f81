#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/interrupt.h"
#include "report/html.h"
#include "report/sections.h"
#include "report/summary.h"

namespace brainmvp::report {
namespace {

std::string css_colour(const Colour& colour) {
  return "rgb(" + std::to_string(colour.red) + "," + std::to_string(colour.green) + "," + std::to_string(colour.blue) + ")";
}

std::string legend(const Overlays& overlays) {
  const bool has_reference =
      std::ranges::any_of(overlays.cases, [](const OverlayCase& overlay) { return !overlay.outline.nifti.empty(); });
  std::string items;
  for (const auto& [name, value] : overlays.labels) {
    items += "<li><span class=\"swatch\" style=\"background:" + css_colour(label_colour(value)) + "\"></span>" + escaped(name) +
             "</li>";
  }
  if (has_reference) {
    items += "<li><span class=\"swatch outline\" style=\"border-color:" + css_colour(kOutlineColour) + "\"></span>reference</li>";
  }
  return "<ul class=\"legend\" aria-label=\"Colours\">" + items + "</ul>\n";
}

// The data of a volume as a script element; gives the element's id.
std::string add_volume(const std::string& nifti, std::size_t& count, std::string& html) {
  const std::string id = "volume-" + std::to_string(count++);
  html += "<script type=\"application/octet-stream\" id=\"" + id + "\">" + base64(nifti) + "</script>\n";
  return id;
}

PageData label_colours(const Overlays& overlays) {
  PageData colours = PageData::array();
  for (const auto& [name, value] : overlays.labels) {
    const Colour colour = label_colour(value);
    colours.push_back({{"value", value}, {"name", name}, {"rgb", {colour.red, colour.green, colour.blue}}});
  }
  return colours;
}

PageData viewer_case(const OverlayCase& overlay, const std::string& label, std::size_t& count, std::string& html) {
  PageData entry{{"label", label}, {"image", add_volume(overlay.image.nifti, count, html)}};
  entry["layers"] = PageData::array();
  for (const Layer& layer : overlay.predictions) {
    entry["layers"].push_back({{"name", layer.name}, {"kind", "prediction"}, {"data", add_volume(layer.nifti, count, html)}});
  }
  if (!overlay.outline.nifti.empty()) {
    entry["layers"].push_back(
        {{"name", "reference"}, {"kind", "reference"}, {"data", add_volume(overlay.outline.nifti, count, html)}});
  }
  return entry;
}

std::string dice_text(const Evaluations& evaluations, const std::string& set, const std::string& name) {
  for (const SegmentationResults& results : evaluations.segmentations) {
    const auto dice = dice_of_cases(results);
    const auto found = std::ranges::find(dice, name, &std::pair<std::string, double>::first);
    if (results.name == set && found != dice.end()) {
      return ", Dice " + fixed_number(found->second, 3);
    }
  }
  return "";
}

std::string pictures_of(const OverlayCase& overlay, const std::string& label, const Evaluations& evaluations) {
  std::string html = "<h3>" + escaped(label) + "</h3>\n<div class=\"overlays\">";
  for (const LayerPicture& picture : overlay.pictures) {
    const std::string caption =
        picture.name + " on " + overlay.image.name + dice_text(evaluations, picture.name, overlay.case_name);
    html += "<figure><img src=\"" + png_uri(picture.png) + "\" width=\"" + std::to_string(picture.width) + "\" height=\"" +
            std::to_string(picture.height) + "\" alt=\"" +
            escaped(label + ": " + caption + "; axial, coronal and sagittal slice") + "\"><figcaption>" + escaped(caption) +
            "</figcaption></figure>";
  }
  return html + "</div>\n";
}

constexpr std::string_view kViewer = R"html(<div id="viewer" class="viewer">
<button type="button" id="viewer-open">Open the slice viewer</button>
<p id="viewer-message" role="status"></p>
<div id="viewer-panel" hidden>
<div class="controls">
<label>Case <select id="viewer-case"></select></label>
<label>Plane <select id="viewer-plane"><option value="0">axial</option><option value="1">coronal</option>
<option value="2">sagittal</option><option value="3">all three</option></select></label>
<label class="grow">Slice <input type="range" id="viewer-slice" min="0" max="1" value="0"> <output id="viewer-place"></output></label>
<label>Opacity <input type="range" id="viewer-opacity" min="0" max="100" value="60"></label>
<fieldset id="viewer-layers"><legend>Layers</legend></fieldset>
</div>
<div class="canvas-box"><canvas id="viewer-canvas" tabindex="0" aria-label="Slices of the chosen case; the sliders above choose what is shown"></canvas></div>
</div>
</div>
)html";

} // namespace

std::string overlays_section(const Overlays& overlays, const Evaluations& evaluations, const CaseLabels& labels,
                             PageData& volumes) {
  if (overlays.cases.empty()) {
    return "";
  }
  std::string pictures;
  std::string data;
  std::size_t count = 0;
  volumes["labels"] = label_colours(overlays);
  volumes["cases"] = PageData::array();
  for (const OverlayCase& overlay : overlays.cases) {
    stop_if_interrupted("the report");
    const std::string& label = labels.of(overlay.case_name);
    pictures += pictures_of(overlay, label, evaluations);
    volumes["cases"].push_back(viewer_case(overlay, label, count, data));
  }
  return section_html(
      "overlays", "Predictions over images",
      "<p class=\"hint\">Slices through the most foreground of the reference: axial, coronal, sagittal; the left of "
      "the picture is the patient's left, the sagittal slice looks to the right.</p>\n" +
          legend(overlays) + std::string(kViewer) + pictures + data);
}

} // namespace brainmvp::report
