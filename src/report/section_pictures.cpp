#include <algorithm>
#include <map>

#include "base/text.h"
#include "report/html.h"
#include "report/sections.h"

namespace brainmvp::report {
namespace {

constexpr std::size_t kPictureBudgetBytes = 1'100'000; // of one section, before base64
constexpr std::size_t kMostSteps = 12;
constexpr std::string_view kTemplateTag = "template/";

// As many pictures as `budget` allows, spread over the steps; the first and the last are among them.
std::vector<EventPicture> chosen(const std::vector<EventPicture>& pictures, std::size_t budget) {
  for (std::size_t count = std::min(kMostSteps, pictures.size()); count > 1; --count) {
    std::vector<EventPicture> some;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < count; ++i) {
      some.push_back(pictures[i * (pictures.size() - 1) / (count - 1)]);
      bytes += some.back().png.size();
    }
    if (bytes <= budget) {
      return some;
    }
  }
  return pictures.empty() ? pictures : std::vector<EventPicture>{pictures.back()};
}

// "step 600", and what was measured in that picture: "step 600, mean absolute error 0.12 (view 1), 0.15 (view 2)".
std::string caption_of(const RunRecord& run, const EventPicture& picture) {
  std::vector<std::string> errors;
  const std::string prefix = picture.tag + "/error";
  for (const EventNumber& number : run.numbers) {
    if (number.step == picture.step && number.tag.starts_with(prefix)) {
      const bool of_view = number.tag.starts_with(prefix + "_view");
      errors.push_back(significant(number.value, 2) +
                       (of_view ? " (view " + number.tag.substr(prefix.size() + std::string_view("_view").size()) + ")" : ""));
    }
  }
  return "step " + grouped(picture.step) + (errors.empty() ? "" : ", mean absolute error " + join(errors, ", "));
}

std::string picture_html(const EventPicture& picture, const std::string& caption, const std::string& what, bool shown) {
  return "<img src=\"" + png_uri(picture.png) + "\" width=\"" + std::to_string(picture.width) + "\" height=\"" +
         std::to_string(picture.height) + "\" data-step=\"" + escaped(caption) + "\" alt=\"" + escaped(what + ", " + caption) +
         "\"" + (shown ? "" : " hidden") + ">";
}

// Pictures of one run with a slider over the steps; the last one is shown first.
std::string slides(const RunRecord& run, const std::vector<EventPicture>& pictures, const std::string& id,
                   const std::string& what, const std::string& heading) {
  std::string images;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    images += picture_html(pictures[i], caption_of(run, pictures[i]), what, i + 1 == pictures.size());
  }
  const std::string last = std::to_string(pictures.size() - 1);
  const std::string slider =
      pictures.size() < 2 ? "" : "<input type=\"range\" id=\"" + id + "\" min=\"0\" max=\"" + last + "\" value=\"" + last + "\">";
  return "<figure class=\"slides\"><figcaption>" + escaped(run.name) + "</figcaption><div class=\"slider\"><label" +
         (slider.empty() ? "" : " for=\"" + id + "\"") + ">Training: <output>" + escaped(caption_of(run, pictures.back())) +
         "</output></label>" + slider + "</div>" + heading + "<div class=\"stack\">" + images + "</div></figure>\n";
}

std::string all_slides(const std::vector<RunRecord>& runs, const std::string& tag, const std::string& what,
                       const std::string& heading) {
  std::size_t with_pictures = 0;
  for (const RunRecord& run : runs) {
    with_pictures += run.tagged(tag).empty() ? 0U : 1U;
  }
  std::string html;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto pictures = chosen(runs[i].tagged(tag), kPictureBudgetBytes / std::max<std::size_t>(1, with_pictures));
    if (!pictures.empty()) {
      html += slides(runs[i], pictures, tag + "-" + std::to_string(i), what, heading);
    }
  }
  return html;
}

bool pretrains(const std::vector<RunRecord>& runs) { return std::ranges::count(runs, RunKind::kPretrain, &RunRecord::kind) > 0; }

// Pictures of crops as the objectives of pre-training write them.
struct CropSheet {
  const char* tag;
  const char* what;
  std::initializer_list<const char*> columns;
  const char* hint;
};

const std::initializer_list<CropSheet> kCropSheets{
    {"reconstruction",
     "Target, two masked views, their reconstructions and errors",
     {"Target", "View 1", "Output 1", "Error 1", "View 2", "Output 2", "Error 2"},
     "The same crop at every step. View 1 is the target with masked blocks filled from its learned template, view 2 with those "
     "of "
     "another modality; the outputs are what the network makes of them, the errors their distance from the target (white: 1). "
     "Their mean is taken "
     "over the masked voxels of the crop."},
    {"restoration",
     "Target, what the network is shown, its output and the error",
     {"Target", "Input", "Output", "Error"},
     "The same crop at every step. The input is the target with a part of it hidden or distorted; the output is what the network "
     "makes of it, the error its distance from the target (white: 1). Its mean is taken over the voxels that the training "
     "counts."},
    // Of runs before brainmvp pictured one crop: "views", "restored" and, below, "templates".
    {"views",
     "Target, two masked views and their reconstructions",
     {"Target", "View 1", "View 2", "Output 1", "Output 2"},
     "View 1 is the target with masked blocks filled from its learned template, view 2 with those of another modality; the "
     "outputs are what the network makes of them."},
    {"restored",
     "Target, what the network is shown, and its output",
     {"Target", "Input", "Output"},
     "The input is the target with a part of it hidden or distorted; the output is what the network makes of it."},
    {"pair", "Two views of a study", {"View 1", "View 2"}, "Two crops of one study, each changed in its own way."}};

std::string sheets_of(const std::vector<RunRecord>& runs, const CropSheet& sheet) {
  std::string columns = "<div class=\"columns\" aria-hidden=\"true\">";
  for (const char* column : sheet.columns) {
    columns += std::string("<span>") + column + "</span>";
  }
  const std::string html = all_slides(runs, sheet.tag, sheet.what, columns + "</div>");
  return html.empty() ? ""
                      : std::string("<p class=\"hint\">Middle slices of one crop: axial, coronal, sagittal from the top. ") +
                            sheet.hint + "</p>\n" + html;
}

// A row a modality, with its name in the page's own letters; the last picture of each.
std::string template_rows(const RunRecord& run) {
  std::map<std::string, const EventPicture*> last;
  for (const EventPicture& picture : run.pictures) {
    if (picture.tag.starts_with(kTemplateTag)) {
      const EventPicture*& known = last[picture.tag.substr(kTemplateTag.size())];
      known = known == nullptr || known->step <= picture.step ? &picture : known;
    }
  }
  std::string figures;
  std::uint64_t step = 0;
  for (const auto& [modality, picture] : last) {
    step = std::max(step, picture->step);
    figures += "<figure>" + picture_html(*picture, caption_of(run, *picture), "Learned template of " + modality, true) +
               "<figcaption>" + escaped(modality) + "</figcaption></figure>\n";
  }
  return figures.empty() ? ""
                         : "<h3>" + escaped(run.name) + ", step " + grouped(step) + "</h3>\n<div class=\"templates\">\n" +
                               figures + "</div>\n";
}

} // namespace

std::string reconstructions_section(const std::vector<RunRecord>& runs) {
  std::string html;
  for (const CropSheet& sheet : kCropSheets) {
    html += sheets_of(runs, sheet);
  }
  if (html.empty()) {
    return pretrains(runs) ? section_html("reconstructions", "Reconstructions", "<p>The run has no pictures yet.</p>\n") : "";
  }
  return section_html("reconstructions", "Reconstructions", html);
}

std::string templates_section(const std::vector<RunRecord>& runs) {
  std::string html = all_slides(runs, "templates", "Learned templates of all modalities", "");
  for (const RunRecord& run : runs) {
    html += template_rows(run);
  }
  if (html.empty()) { // not every objective learns some
    const bool waits = pretrains(runs) && std::ranges::all_of(runs, [](const RunRecord& run) { return run.pictures.empty(); });
    return waits ? section_html("templates", "Learned templates", "<p>The run has no pictures yet.</p>\n") : "";
  }
  return section_html(
      "templates", "Learned templates",
      "<p class=\"hint\">What the network has learned to put where an image is masked or missing, at the last "
      "pictured step. Middle slices: axial, coronal, sagittal; the left of the picture is the patient's left. Black "
      "to white: percentiles 1 to 99.5.</p>\n" +
          html);
}

} // namespace brainmvp::report
