// The modality whose grid studies come to: of a task, of an option and of a model, from folders to predictions.
#include "io/image_file.h"
#include "predict_models.h"
#include "support/support.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;
using test::expect_part;
using test::ProcessResult;
using Arguments = std::vector<std::string>;

// Two patients of ISLES22, the first labelled: DWI of 2 mm, and FLAIR of 1 x 1 x 5 mm that covers more.
class Reference : public testing::Test {
protected:
  static constexpr image::Size kDwi{22, 24, 32};
  static constexpr image::Size kFlair{48, 52, 13};

  void SetUp() override {
    for (const std::string id : {"sub-strokecase0001", "sub-strokecase0002"}) {
      const std::string stem = "set/" + id + "/ses-0001/";
      write_centred(path(stem + "dwi/" + id + "_ses-0001_dwi.nii"), kDwi, {2, 2, 2});
      write_centred(path(stem + "anat/" + id + "_ses-0001_FLAIR.nii"), kFlair, {1, 1, 5});
    }
    const std::string first = "set/derivatives/sub-strokecase0001/ses-0001/sub-strokecase0001_ses-0001_msk.nii";
    write_centred(path(first), kDwi, {2, 2, 2}, true);
  }
  [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }

  // Values in a margin of zeros; a mask has a cube of 1.
  static void write_centred(const fs::path& file, const image::Size& size, const image::Vector& spacing, bool mask = false) {
    image::Volume volume{.size = size, .affine = {}, .data = test::fill(file.filename().string(), size[0] * size[1] * size[2])};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      volume.affine.matrix[axis][axis] = spacing[axis];
      volume.affine.translation[axis] = -spacing[axis] * static_cast<double>(size[axis] - 1) / 2;
    }
    for (std::size_t at = 0; at < volume.data.size(); ++at) {
      const std::size_t i = at % size[0];
      const bool inside = i > 1 && i + 2 < size[0];
      volume.data[at] =
          mask ? (i > 9 && i < 12 && at > volume.data.size() / 2 ? 1.0F : 0.0F) : (inside ? 2 + volume.data[at] : 0);
    }
    fs::create_directories(file.parent_path());
    io::write_nifti(file, volume, {.type = io::StoredType::kFloat32, .sform_code = 1});
  }
  [[nodiscard]] static ProcessResult run(int code, const Arguments& arguments) {
    ProcessResult result = test::run_brainmvp(arguments);
    EXPECT_EQ(result.exit_code, code) << arguments.front() << ": " << result.err;
    return result;
  }
  [[nodiscard]] nlohmann::json json(const std::string& name) const { return nlohmann::json::parse(test::read_text(path(name))); }
  [[nodiscard]] ProcessResult index(int code, const Arguments& more = {}) const {
    Arguments arguments{"index", path("set"), "--task", "isles22", "-o", path("studies.json"), "-f"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(code, arguments);
  }
  [[nodiscard]] ProcessResult prepare(int code, const std::string& store, const Arguments& more = {}) const {
    Arguments arguments{"prepare", path("studies.json"), "-o", path(store)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(code, arguments);
  }
  // Predicts the second patient from loose files.
  [[nodiscard]] ProcessResult predict(int code, const Arguments& models, const std::string& out,
                                      const Arguments& more = {}) const {
    Arguments arguments{"predict"};
    arguments.insert(arguments.end(), models.begin(), models.end());
    const std::string stem = "set/sub-strokecase0002/ses-0001/";
    arguments.insert(arguments.end(), {path(stem + "dwi/sub-strokecase0002_ses-0001_dwi.nii"),
                                       path(stem + "anat/sub-strokecase0002_ses-0001_FLAIR.nii"), "-o", path(out), "--threads",
                                       "1", "--precision", "fp32"});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(code, arguments);
  }
  // What `predict` writes of a patient, whose images have BIDS names.
  [[nodiscard]] static std::string prediction(const std::string& out, const std::string& patient = "sub-strokecase0002") {
    return out + "/" + patient + "/ses-0001/anat/" + patient + "_ses-0001_desc-brainmvp_dseg";
  }
  [[nodiscard]] image::Size size_of_prediction(const std::string& out, const std::string& patient = "sub-strokecase0002") const {
    return io::read_header(path(prediction(out, patient) + ".nii.gz")).size;
  }
  [[nodiscard]] std::string reference_in(const std::string& store, const std::string& patient) const {
    const auto record = json(store + "/" + patient + "_ses-0001/study.json");
    return fs::path(record.at("way_back").at("reference").get<std::string>()).filename().string();
  }

private:
  test::TemporaryFolder folder_;
};

TEST_F(Reference, OfTheTaskHoldsFromTheFolderToThePrediction) {
  (void)index(0);
  EXPECT_EQ(json("studies.json").at("reference"), "dwi");
  (void)prepare(0, "store");
  EXPECT_EQ(reference_in("store", "sub-strokecase0001"), "sub-strokecase0001_ses-0001_msk.nii");
  EXPECT_EQ(reference_in("store", "sub-strokecase0002"), "sub-strokecase0002_ses-0001_dwi.nii");
  (void)run(0, {"finetune", "segment", path("store"), "-o", path("run"), "--init", "scratch", "--network", "uniformer_tiny",
                "--crop", "16", "--steps", "1", "--threads", "1"});
  (void)predict(0, {path("run")}, "out");
  EXPECT_EQ(size_of_prediction("out"), kDwi);
  (void)run(0, {"predict", path("run"), path("studies.json"), "-o", path("listed"), "--threads", "1"});
  for (const std::string id : {"sub-strokecase0001", "sub-strokecase0002"}) {
    EXPECT_EQ(size_of_prediction("listed", id), kDwi);
  }
}

TEST_F(Reference, OfPrepareIsAskedForByName) {
  (void)index(0);
  (void)prepare(0, "store", {"--reference", "FLAIR"});
  EXPECT_EQ(reference_in("store", "sub-strokecase0002"), "sub-strokecase0002_ses-0001_FLAIR.nii");
  EXPECT_EQ(json("store/store.json").at("parameters").at("reference"), "flair");
  const ProcessResult other = prepare(5, "store");
  expect_part(other.err, "of the crop, on the grid of flair, asked for are");
  expect_part(prepare(2, "bad", {"--reference", "t9"}).err, "--reference t9: is no known modality");
  const ProcessResult absent = prepare(0, "absent", {"--reference", "t1"});
  expect_part(absent.out + absent.err, "no t1, whose grid was asked for; on the grid of sub-strokecase0002_ses-0001_FLAIR.nii");
}

TEST_F(Reference, OfPredictIsRecordedAndComesBeforeTheModels) {
  test::write_drawn_model(path("dwi.pt"), {.channels = {"dwi", "flair"}, .reference = "dwi"});
  test::write_drawn_model(path("none.pt"), {.channels = {"dwi", "flair"}});
  (void)predict(0, {path("dwi.pt")}, "dwi");
  EXPECT_EQ(size_of_prediction("dwi"), kDwi);
  (void)predict(0, {path("none.pt")}, "none");
  EXPECT_EQ(size_of_prediction("none"), kFlair);
  (void)predict(0, {path("dwi.pt")}, "asked", {"--reference", "FLAIR"});
  EXPECT_EQ(size_of_prediction("asked"), kFlair);
  EXPECT_EQ(json(prediction("asked") + ".json").at("reference"), "flair");
  expect_part(predict(5, {path("dwi.pt")}, "asked", {"--resume"}).err, "was predicted in another way (reference)");
  expect_part(predict(0, {path("dwi.pt")}, "asked", {"--resume", "--reference", "flair"}).err, "1 study is done already");
  expect_part(predict(4, {path("dwi.pt")}, "bad", {"--reference", "t1"}).err, "has no t1, whose grid --reference asks for");
  expect_part(predict(4, {path("none.pt"), path("dwi.pt")}, "bad").err,
              "its reference modality (dwi, not none) differs from that of");
  // A label gives way to what is asked for.
  (void)index(0);
  (void)run(0,
            {"predict", path("dwi.pt"), path("studies.json"), "-o", path("labelled"), "--reference", "flair", "--threads", "1"});
  EXPECT_EQ(size_of_prediction("labelled", "sub-strokecase0001"), kFlair);
}

TEST_F(Reference, LabelsAreNeededForATaskThatIsTrained) {
  fs::remove_all(path("set/derivatives"));
  const ProcessResult refused = index(4);
  expect_part(refused.err, "none of the 2 studies has a label map");
  expect_part(refused.err, "--unlabelled");
  EXPECT_FALSE(fs::exists(path("studies.json")));
  (void)index(0, {"--unlabelled"});
  (void)prepare(0, "store");
  const ProcessResult trained = run(3, {"finetune", "segment", path("store"), "-o", path("run"), "--init", "scratch", "--network",
                                        "uniformer_tiny", "--crop", "16", "--steps", "1"});
  expect_part(trained.err, "no training study has a label map");
  EXPECT_FALSE(fs::exists(path("run")));
  fs::create_directories(path("set/derivatives/sub-strokecase0001/ses-0001"));
  test::write_text(path("set/derivatives/sub-strokecase0001/ses-0001/sub-strokecase0001_ses-0001_msk.nii"), "damaged");
  expect_part(index(4).err, "task isles22: no label map is left");
}

TEST_F(Reference, ATaskTakesNoOtherDataSet) {
  write_centred(path("bids/sub-01/anat/sub-01_T1w.nii"), kDwi, {2, 2, 2});
  const ProcessResult result = run(3, {"index", path("bids"), "--task", "vsseg", "-o", path("other.json")});
  expect_part(result.err, "no study was found (task vsseg, whose data set comes as vs_bids (");
  EXPECT_FALSE(fs::exists(path("other.json")));
}

} // namespace
} // namespace brainmvp
