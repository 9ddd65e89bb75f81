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

bool has_reference(const Overlays& overlays) {
  return std::ranges::any_of(overlays.cases, [](const OverlayCase& overlay) { return !overlay.reference.nifti.empty(); });
}

std::string legend(const Overlays& overlays) {
  std::string items;
  for (const auto& [name, value] : overlays.labels) {
    items += "<li><span class=\"swatch\" style=\"background:" + css_colour(label_colour(value)) + "\"></span>" + escaped(name) +
             "</li>";
  }
  const auto line = [](const std::string& style, const std::string& what) {
    return "<li><svg class=\"" + style + "\" width=\"28\" height=\"10\" aria-hidden=\"true\"><path d=\"M0 5H28\"/></svg> " +
           what + "</li>";
  };
  return "<ul class=\"legend\" aria-label=\"Colours and lines\">" + items + line("line", "prediction") +
         (has_reference(overlays) ? line("line dashed", "reference") : "") + "</ul>\n";
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
  PageData entry{{"label", label}, {"lesion", overlay.lesion}};
  entry["images"] = PageData::array();
  for (const Layer& layer : overlay.images) {
    entry["images"].push_back({{"name", layer.name}, {"data", add_volume(layer.nifti, count, html)}});
  }
  entry["layers"] = PageData::array();
  for (const Layer& layer : overlay.predictions) {
    entry["layers"].push_back({{"name", layer.name}, {"kind", "prediction"}, {"data", add_volume(layer.nifti, count, html)}});
  }
  if (!overlay.reference.nifti.empty()) {
    entry["layers"].push_back(
        {{"name", overlay.reference.name}, {"kind", "reference"}, {"data", add_volume(overlay.reference.nifti, count, html)}});
  }
  return entry;
}

std::string dice_text(const Evaluations& evaluations, const std::string& set, const std::string& name) {
  for (const SegmentationResults& results : evaluations.segmentations) {
    const auto dice = dice_of_cases(results);
    const auto found = std::ranges::find(dice, name, &std::pair<std::string, double>::first);
    if (results.name == set && found != dice.end()) {
      return fixed_number(found->second, 3);
    }
  }
  return "";
}

std::string contours_of(const ContourLayer& layer, const std::string& kind, bool shown) {
  std::string paths;
  for (const Contour& contour : layer.contours) {
    paths += "<path style=\"color:" + css_colour(label_colour(contour.label)) + "\" d=\"" + contour.path + "\"/>";
  }
  return "<g class=\"" + kind + "\" data-set=\"" + escaped(layer.name) + "\"" + (shown ? "" : " hidden") + ">" + paths + "</g>";
}

std::string plane_html(const OverlayCase& overlay, const PlaneView& view, const std::string& label) {
  const std::string size = " width=\"" + std::to_string(view.width) + "\" height=\"" + std::to_string(view.height) + "\"";
  std::string html = "<div class=\"plane " + view.plane + "\">";
  for (std::size_t i = 0; i < view.images.size(); ++i) {
    const std::string& modality = overlay.images[i].name;
    html += "<img src=\"" + png_uri(view.images[i]) + "\"" + size + " data-modality=\"" + escaped(modality) +
            "\" draggable=\"false\" alt=\"" + escaped(label + ", " + view.plane + " slice of " + modality) + "\"" +
            (i == 0 ? "" : " hidden") + ">";
  }
  html += "<svg class=\"contours\" viewBox=\"0 0 " + std::to_string(view.width) + " " + std::to_string(view.height) +
          "\" aria-hidden=\"true\">";
  for (std::size_t i = 0; i < view.predictions.size(); ++i) {
    html += contours_of(view.predictions[i], "prediction", i == 0);
  }
  return html + contours_of(view.reference, "reference", true) + "</svg></div>\n";
}

std::string case_html(const OverlayCase& overlay, const std::string& label, const Evaluations& evaluations) {
  std::string planes;
  for (const PlaneView& view : overlay.planes) {
    planes += plane_html(overlay, view, label);
  }
  std::string dice;
  for (const Layer& layer : overlay.predictions) {
    const std::string value = dice_text(evaluations, layer.name, overlay.case_name);
    dice += value.empty() ? "" : (dice.empty() ? ": Dice " : ", ") + value + " (" + layer.name + ")";
  }
  return "<figure class=\"case\"><figcaption>" + escaped(label + dice) + "</figcaption><div class=\"planes\">" + planes +
         "</div></figure>\n";
}

// Names in the order in which they are met.
template <class Layers>
std::vector<std::string> names_in(const Overlays& overlays, const Layers& layers) {
  std::vector<std::string> names;
  for (const OverlayCase& overlay : overlays.cases) {
    for (const Layer& layer : layers(overlay)) {
      if (std::ranges::count(names, layer.name) == 0) {
        names.push_back(layer.name);
      }
    }
  }
  return names;
}

std::string choice(const std::string& id, const std::string& title, const std::vector<std::string>& names) {
  std::string options;
  for (const std::string& name : names) {
    options += "<option>" + escaped(name) + "</option>";
  }
  return "<label>" + title + " <select id=\"" + id + "\">" + options + "</select></label>\n";
}

std::string shown_choice(bool reference) {
  std::string html = "<fieldset id=\"overlay-show\"><legend>Contours</legend>";
  for (const char* what : {"both", "prediction", "reference", "neither"}) {
    const std::string name = what;
    if (reference || name == "prediction" || name == "neither") {
      html += "<label><input type=\"radio\" name=\"overlay-show\" value=\"" + name + "\"" +
              (name == (reference ? "both" : "prediction") ? " checked" : "") + "> " + name + "</label>\n";
    }
  }
  return html + "</fieldset>\n";
}

std::string overlay_controls(const Overlays& overlays) {
  const auto images = names_in(overlays, [](const OverlayCase& overlay) { return overlay.images; });
  const auto sets = names_in(overlays, [](const OverlayCase& overlay) { return overlay.predictions; });
  return "<div class=\"controls\" id=\"overlay-controls\" hidden>\n" + shown_choice(has_reference(overlays)) +
         choice("overlay-set", "Prediction", sets) + choice("overlay-image", "Image", images) +
         "<label><input type=\"checkbox\" id=\"overlay-filled\"> filled</label>\n"
         "<label>Brightness <input type=\"range\" id=\"overlay-centre\" min=\"5\" max=\"95\" value=\"50\"></label>\n"
         "<label>Contrast <input type=\"range\" id=\"overlay-width\" min=\"5\" max=\"195\" value=\"100\"></label>\n"
         "<button type=\"button\" id=\"overlay-reset\">Reset</button>\n</div>\n";
}

constexpr std::string_view kViewer = R"html(<div id="viewer" class="viewer">
<button type="button" id="viewer-open">Open the slice viewer</button>
<p id="viewer-message" role="status"></p>
<div id="viewer-panel" hidden>
<div class="controls">
<label>Case <select id="viewer-case"></select></label>
<label>Image <select id="viewer-image"></select></label>
<label>Plane <select id="viewer-plane"><option value="0">axial</option><option value="1">coronal</option>
<option value="2">sagittal</option><option value="3" selected>all three</option></select></label>
<label class="grow">Slice <input type="range" id="viewer-slice" min="0" max="1" value="0"> <output id="viewer-place"></output></label>
<label>Opacity <input type="range" id="viewer-opacity" min="0" max="100" value="90"></label>
<label><input type="checkbox" id="viewer-filled"> filled</label>
<fieldset id="viewer-layers"><legend>Labels</legend></fieldset>
<p class="hint">Drag across the picture to change brightness and contrast, click to move, scroll for slices.</p>
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
    pictures += case_html(overlay, label, evaluations);
    volumes["cases"].push_back(viewer_case(overlay, label, count, data));
  }
  return section_html(
      "overlays", "Predictions over images",
      "<p class=\"hint\">Slices through most of the lesion: axial, coronal, sagittal; the left of the picture is the patient's "
      "left, the sagittal slice looks to the right. Cases go from the worst Dice to the best. Drag across a picture to change "
      "its brightness and contrast.</p>\n" +
          overlay_controls(overlays) + legend(overlays) + "<div class=\"overlays\">\n" + pictures + "</div>\n" +
          std::string(kViewer) + data);
}

} // namespace brainmvp::report
