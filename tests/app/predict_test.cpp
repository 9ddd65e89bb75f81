// `predict` as a process, with networks of drawn weights: geometry, filling, refusals, and outputs that others read.
#include "io/image_file.h"
#include "predict_models.h"
#include "support/support.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;
using test::expect_part;
using Arguments = std::vector<std::string>;
using test::ProcessResult;

class Predict : public testing::Test {
protected:
  static void SetUpTestSuite() {
    folder_ = new test::TemporaryFolder;
    test::write_drawn_model(path("a/checkpoints/best.pt"), {.seed = 1});
    test::write_drawn_model(path("b.pt"), {.seed = 2});
    test::write_drawn_model(path("grades.pt"), {.classes = {"HGG", "LGG"}, .seed = 3});
    for (const char* name : {"p1_flair", "p1_t1", "p1_t2", "p2_flair"}) {
      write_image(path(std::string(name) + ".nii.gz"));
    }
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }
  static std::string path(const std::string& name) { return *folder_ / name; }

  // A head of LPS order and 1.2 x 0.9 x 2 mm, in a margin of zeros, whose values depend on the name.
  static void write_image(const fs::path& file) {
    image::Volume volume{.size = {36, 40, 20}, .affine = {}, .data = test::fill(file.filename().string(), std::size_t{28800})};
    volume.affine.matrix = {{{-1.2, 0, 0}, {0, -0.9, 0}, {0, 0, 2}}};
    volume.affine.translation = {20, 15, -12};
    for (std::size_t at = 0; at < volume.data.size(); ++at) {
      const std::size_t i = at % 36;
      const std::size_t j = at / 36 % 40;
      volume.data[at] = i > 2 && i < 33 && j > 3 && j < 36 ? 2 + volume.data[at] : 0;
    }
    fs::create_directories(file.parent_path());
    io::write_nifti(file, volume, {.type = io::StoredType::kFloat32, .sform_code = 4, .qform_code = 1});
  }

  // Predicts into the folder `out` of the test's own.
  static ProcessResult predict(const Arguments& models, const Arguments& inputs, const std::string& out,
                               const Arguments& more = {}) {
    Arguments arguments{"predict"};
    for (const Arguments* part : {&models, &inputs}) {
      for (const std::string& name : *part) {
        arguments.push_back(path(name));
      }
    }
    arguments.insert(arguments.end(), {"-o", path(out), "--threads", "1", "--precision", "fp32"});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return test::run_brainmvp(arguments);
  }
  static void expect_python(const std::string& script, const Arguments& arguments) {
    const ProcessResult result = test::run_python(script, arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
  }
  static nlohmann::json json(const std::string& name) { return nlohmann::json::parse(test::read_text(path(name))); }

private:
  static test::TemporaryFolder* folder_;
};
test::TemporaryFolder* Predict::folder_ = nullptr;

TEST_F(Predict, WritesALabelMapWithTheInputsGeometryAndASidecar) {
  const ProcessResult result = predict({"a"}, {"p1_t1.nii.gz", "p1_flair.nii.gz"}, "whole");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  expect_python(R"py(
import sys, nibabel, numpy as np
out, image = (nibabel.load(p) for p in sys.argv[1:3])
assert out.shape == image.shape and np.array_equal(out.affine, image.affine), out.affine
for code in ("sform_code", "qform_code"):
    assert out.header[code] == image.header[code], code
assert np.allclose(out.get_qform(), image.get_qform(), atol=1e-5)
assert out.get_data_dtype() == np.uint8 and out.header["descrip"] == b""
assert set(np.unique(out.dataobj)) <= {0, 1, 2, 4}
)py",
                {path("whole/p1.nii.gz"), path("p1_t1.nii.gz")});
  const nlohmann::json sidecar = json("whole/p1.json");
  EXPECT_EQ(sidecar["models"].size(), 1U);
  EXPECT_EQ(sidecar["models"][0]["hash"].get<std::string>().size(), 32U);
  EXPECT_EQ(sidecar["channels"]["of_models"][0]["used"], (std::vector<std::string>{"flair", "t1"}));
  EXPECT_EQ(sidecar["painted_as"]["WT"], 2);
  EXPECT_EQ(sidecar.dump().find(path("")), std::string::npos) << "a path of this machine in " << sidecar;
  EXPECT_EQ(sidecar.dump().find("p1"), std::string::npos) << "the patient in " << sidecar;
}

TEST_F(Predict, FillsWhatIsMissingAndSaysSo) {
  const ProcessResult result = predict({"a"}, {"p2_flair.nii.gz"}, "filled");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  expect_part(result.err, "filled t1 from its template");
  const nlohmann::json channels = json("filled/p2.json")["channels"]["of_models"][0];
  EXPECT_EQ(channels["used"], (std::vector<std::string>{"flair"}));
  EXPECT_EQ(channels["filled_from_template"], (std::vector<std::string>{"t1"}));
}

TEST_F(Predict, OnlySomeModalitiesAreAsIfTheOthersWereMissing) {
  ASSERT_EQ(predict({"a"}, {"p1_flair.nii.gz"}, "alone").exit_code, 0);
  const ProcessResult only = predict({"a"}, {"p1_flair.nii.gz", "p1_t1.nii.gz"}, "only", {"--only", "flair"});
  ASSERT_EQ(only.exit_code, 0) << only.err;
  EXPECT_EQ(test::read_text(path("only/p1.nii.gz")), test::read_text(path("alone/p1.nii.gz")));
  const ProcessResult none = predict({"a"}, {"p1_flair.nii.gz", "p1_t1.nii.gz"}, "none", {"--only", "t2"});
  EXPECT_EQ(none.exit_code, 4) << none.err;
}

TEST_F(Predict, AStatedModalityTakesOneFile) {
  std::filesystem::copy_file(path("p1_t1.nii.gz"), path("scan.nii.gz"));
  const Arguments stated{"--modality", "t1=" + path("scan.nii.gz"), path("scan.nii.gz"), path("p1_flair.nii.gz")};
  const ProcessResult result = predict({"a"}, {}, "stated", stated);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  ASSERT_EQ(predict({"a"}, {"p1_t1.nii.gz", "p1_flair.nii.gz"}, "plain").exit_code, 0);
  std::string only;
  for (const auto& entry : std::filesystem::directory_iterator(path("stated"))) {
    only = entry.path().string().ends_with(".nii.gz") ? entry.path().string() : only;
  }
  EXPECT_EQ(test::read_text(only), test::read_text(path("plain/p1.nii.gz")));
}

TEST_F(Predict, AnEnsembleIsTheMeanOfItsProbabilities) {
  const Arguments image{"p1_flair.nii.gz"};
  const Arguments more{"--probabilities", "--blending", "constant", "--overlap", "0", "--flips", "k"};
  ASSERT_EQ(predict({"a"}, image, "one", more).exit_code, 0);
  ASSERT_EQ(predict({"b.pt"}, image, "two", more).exit_code, 0);
  const ProcessResult both = predict({"a", "b.pt"}, image, "both", more);
  ASSERT_EQ(both.exit_code, 0) << both.err;
  EXPECT_EQ(json("both/p1.json")["flips"], (std::vector<int>{2}));
  expect_python(R"py(
import sys, nibabel, numpy as np
def load(folder, name): return np.asarray(nibabel.load(f"{folder}/p1{name}.nii.gz").dataobj)
for region in ("WT", "TC", "ET"):
    one, two, both = (load(f, f"_label-{region}_probseg") for f in sys.argv[1:4])
    assert np.abs((one + two) / 2 - both).max() < 1e-6 and np.abs(one - two).max() > 1e-3
    assert both.min() >= 0 and both.max() <= 1 and both[0].max() == 0
    if region == "ET":
        assert np.array_equal(load(sys.argv[3], "") == 4, both > 0.5)
)py",
                {path("one"), path("two"), path("both")});
}

TEST_F(Predict, RefusesWrongImagesByName) {
  const ProcessResult wrong = predict({"a"}, {"p1_t1.nii.gz", "p1_t2.nii.gz"}, "wrong");
  EXPECT_EQ(wrong.exit_code, 4);
  expect_part(wrong.err, "p1_t2.nii.gz: is t2, which the model does not take; it takes flair, t1");
  const ProcessResult twice = predict({"a"}, {"p1_flair.nii.gz", "p2_flair.nii.gz"}, "wrong");
  EXPECT_EQ(twice.exit_code, 4);
  expect_part(twice.err, "p2_flair.nii.gz: is flair, and so is");
  test::write_text(path("other.json"), R"({"test": [{"id": "p1", "image": ["p1_t2.nii.gz"], "modality": ["t2"]}]})");
  const ProcessResult none = predict({"a"}, {"other.json"}, "wrong");
  EXPECT_EQ(none.exit_code, 4);
  expect_part(none.err, "none of the model's modalities (flair, t1) is there; found t2");
  EXPECT_FALSE(fs::exists(path("wrong/p1.nii.gz")));
}

TEST_F(Predict, RefusesToJoinTwoPatients) {
  const ProcessResult joined = predict({"a"}, {"p1_t1.nii.gz", "p2_flair.nii.gz"}, "joined");
  EXPECT_EQ(joined.exit_code, 4);
  expect_part(joined.err, path("p2_flair.nii.gz") + ": is of another patient or session than " + path("p1_t1.nii.gz"));
  EXPECT_FALSE(fs::exists(path("joined")));
}

TEST_F(Predict, ResumingLeavesOutWhatTheSameModelsHaveDone) {
  ASSERT_EQ(predict({"a"}, {"p2_flair.nii.gz"}, "resumed").exit_code, 0);
  const auto before = fs::last_write_time(path("resumed/p2.nii.gz"));
  const ProcessResult again = predict({"a"}, {"p2_flair.nii.gz"}, "resumed", {"--resume"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  expect_part(again.err, "1 study is done already");
  EXPECT_EQ(fs::last_write_time(path("resumed/p2.nii.gz")), before);
  EXPECT_EQ(predict({"b.pt"}, {"p2_flair.nii.gz"}, "resumed", {"--resume"}).exit_code, 5);
  EXPECT_EQ(predict({"a"}, {"p2_flair.nii.gz"}, "resumed", {"--resume", "--overlap", "0.25"}).exit_code, 5);
}

TEST_F(Predict, ResumingPredictsAgainWhatHasOtherImages) {
  const auto list = [](const std::string& more) {
    test::write_text(path("people.json"), R"({"test": [
      {"id": "x", "image": ["x_flair.nii.gz")" +
                                              more + R"(]},
      {"id": "y", "image": ["p2_flair.nii.gz"], "modality": ["flair"]}]})");
  };
  const auto put = [](const std::string& from) {
    fs::copy_file(path(from), path("x_flair.nii.gz"), fs::copy_options::overwrite_existing);
  };
  const auto resumed = [](const Arguments& more = {"--resume"}) {
    const ProcessResult result = predict({"a"}, {"people.json"}, "people", more);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.err;
  };
  const auto mask = [] { return test::read_text(path("people/x.nii.gz")); };
  list(R"(], "modality": ["flair")");
  put("p1_flair.nii.gz");
  resumed({"--probabilities"});
  const std::string first = mask();
  expect_part(resumed(), "2 studies are done already");

  put("p1_t2.nii.gz");
  const std::string other = resumed();
  expect_part(other, "1 study is done already");
  expect_part(other, "1 study is predicted again (flair has changed): x");
  EXPECT_NE(mask(), first);
  EXPECT_FALSE(fs::exists(path("people/x_label-WT_probseg.nii.gz"))) << "of the image before";
  expect_part(resumed({"--resume", "--probabilities"}), "1 study is predicted again (they have no probabilities): x");

  put("p1_flair.nii.gz");
  list(R"(, "p1_t1.nii.gz"], "modality": ["flair", "t1")");
  expect_part(resumed(), "1 study is predicted again (flair has changed, t1 was added): x");
  EXPECT_NE(mask(), first);
  list(R"(], "modality": ["flair")");
  expect_part(resumed(), "1 study is predicted again (t1 was removed): x");
  EXPECT_EQ(mask(), first);

  fs::remove(path("people/x.nii.gz")); // as where a run was killed between the sidecar and the label map
  expect_part(resumed(), "1 study is predicted again (they have no label map): x");
  EXPECT_EQ(mask(), first);
}

TEST_F(Predict, ResumingRefusesOtherSettings) {
  ASSERT_EQ(predict({"a"}, {"p1_flair.nii.gz", "p1_t1.nii.gz"}, "settings").exit_code, 0);
  const auto refusal = [](const std::string& model, const Arguments& more) {
    const ProcessResult result = predict({model}, {"p1_flair.nii.gz", "p1_t1.nii.gz"}, "settings", more);
    EXPECT_EQ(result.exit_code, 5) << result.err;
    return result.err;
  };
  expect_part(refusal("b.pt", {"--resume"}), "settings/p1.json: was predicted in another way (models)");
  expect_part(refusal("a", {"--resume", "--only", "flair"}), "was predicted in another way (only)");
  expect_part(refusal("a", {"--resume", "--flips", "i"}), "was predicted in another way (flips)");
}

TEST_F(Predict, ResumingATableKeepsTheRowsThatHold) {
  fs::copy_file(path("p1_flair.nii.gz"), path("v_flair.nii.gz"));
  test::write_text(path("rows.json"), R"({"test": [{"id": "v", "image": ["v_flair.nii.gz"], "modality": ["flair"]},
    {"id": "w", "image": ["p2_flair.nii.gz"], "modality": ["flair"]}]})");
  const auto rows = [](const Arguments& more) {
    const ProcessResult result = predict({"grades.pt"}, {"rows.json"}, "rows", more);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.err;
  };
  rows({});
  const std::string before = test::read_text(path("rows/predictions.tsv"));
  expect_part(rows({"--resume"}), "2 studies are done already");
  EXPECT_EQ(test::read_text(path("rows/predictions.tsv")), before);
  fs::copy_file(path("p1_t2.nii.gz"), path("v_flair.nii.gz"), fs::copy_options::overwrite_existing);
  const std::string again = rows({"--resume"});
  expect_part(again, "1 study is done already");
  expect_part(again, "1 study is predicted again (flair has changed): v");
  const std::string after = test::read_text(path("rows/predictions.tsv"));
  const auto row = [](const std::string& text, const std::string& name) {
    const std::size_t at = text.find("\n" + name + "\t");
    return text.substr(at, text.find('\n', at + 1) - at);
  };
  EXPECT_EQ(row(after, "w"), row(before, "w"));
  EXPECT_NE(row(after, "v"), row(before, "v"));
  EXPECT_EQ(predict({"grades.pt"}, {"rows.json"}, "rows", {"--resume", "--flips", "i"}).exit_code, 5);
}

TEST_F(Predict, AnExistingOutputIsRefusedUnlessForced) {
  ASSERT_EQ(predict({"a"}, {"p2_flair.nii.gz"}, "there").exit_code, 0);
  const auto before = fs::last_write_time(path("there/p2.nii.gz"));
  const ProcessResult refused = predict({"a"}, {"p2_flair.nii.gz"}, "there");
  EXPECT_EQ(refused.exit_code, 5);
  expect_part(refused.err, "there/p2.nii.gz: exists already");
  EXPECT_EQ(fs::last_write_time(path("there/p2.nii.gz")), before);
  EXPECT_EQ(predict({"a"}, {"p2_flair.nii.gz"}, "there", {"--force"}).exit_code, 0);
}

TEST_F(Predict, NamesRunsThatCannotPredict) {
  test::write_drawn_model(path("lesions.pt"), {.regions = {{"lesion", {1}}}});
  const ProcessResult differing = predict({"a", "lesions.pt"}, {"p1_t1.nii.gz"}, "bad");
  EXPECT_EQ(differing.exit_code, 4);
  expect_part(differing.err, "lesions.pt: its regions differ from those of");
  const ProcessResult tasks = predict({"a", "grades.pt"}, {"p1_t1.nii.gz"}, "bad");
  expect_part(tasks.err, "grades.pt: its task differ");
  const ProcessResult other =
      test::run_brainmvp({"predict", test::golden("checkpoints/module_state_dict.pt"), path("p1_t1.nii.gz"), "-o", path("bad")});
  EXPECT_EQ(other.exit_code, 4);
  expect_part(other.err, "module_state_dict.pt");
  const ProcessResult none = predict({}, {"p1_t1.nii.gz"}, "bad");
  EXPECT_EQ(none.exit_code, 2);
  expect_part(none.err, "no run among");
  EXPECT_EQ(predict({"a"}, {"p1_t1.nii.gz"}, "bad", {"--overlap", "1"}).exit_code, 2);
  EXPECT_FALSE(fs::exists(path("bad")));
}

TEST_F(Predict, AFailingStudyIsNamedAndTheOthersGoOn) {
  test::write_text(path("damaged_t1.nii.gz"), "no image");
  test::write_text(path("some.json"), R"({"training": [{"id": "left_out", "image": ["absent_t1.nii"], "modality": ["t1"]}],
    "test": [{"id": "damaged", "image": ["damaged_t1.nii.gz"], "modality": ["t1"]},
             {"id": "good", "image": ["p1_t1.nii.gz", "p1_t2.nii.gz"], "modality": ["t1", "t2"]}]})");
  const ProcessResult result = predict({"a"}, {"some.json"}, "some", {"--split", "test"});
  EXPECT_EQ(result.exit_code, 4);
  expect_part(result.err, "study damaged failed");
  expect_part(result.err, "1 of 2 studies failed");
  EXPECT_FALSE(fs::exists(path("some/damaged.nii.gz")));
  EXPECT_TRUE(fs::exists(path("some/good.nii.gz")));
  EXPECT_EQ(json("some/good.json")["channels"]["ignored"], (std::vector<std::string>{"t2"}));
}

TEST_F(Predict, AFoldersStudyWhoseHeadersAreDamagedFailsAndTheOthersGoOn) {
  write_image(path("set/good/t1.nii.gz"));
  fs::create_directories(path("set/bad"));
  test::write_text(path("set/bad/t1.nii.gz"), "no image");
  const ProcessResult result = predict({"a"}, {"set"}, "of_set");
  EXPECT_EQ(result.exit_code, 4);
  expect_part(result.err, "study bad failed: " + path("set/bad/t1.nii.gz"));
  expect_part(result.err, "1 of 2 studies failed");
  EXPECT_TRUE(fs::exists(path("of_set/good.nii.gz")));
}

TEST_F(Predict, WhatNoModelTakesChangesNothing) {
  ASSERT_EQ(predict({"a"}, {"p1_flair.nii.gz", "p1_t1.nii.gz"}, "taken").exit_code, 0);
  test::write_text(path("broken_t2.nii.gz"), "no image");
  test::write_text(path("more.json"), R"({"test": [{"id": "p1", "image": ["p1_flair.nii.gz", "broken_t2.nii.gz", "p1_t1.nii.gz"],
                                                   "modality": ["flair", "t2", "t1"]}]})");
  const ProcessResult result = predict({"a"}, {"more.json"}, "more");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  expect_part(result.err, "ignored t2, which the model does not take");
  EXPECT_EQ(test::read_text(path("more/p1.nii.gz")), test::read_text(path("taken/p1.nii.gz")));
  EXPECT_EQ(predict({"a"}, {"more.json"}, "asked", {"--reference", "t2"}).exit_code, 4);
}

TEST_F(Predict, WarnsOfOneImageAsTwoModalities) {
  fs::copy_file(path("p1_t1.nii.gz"), path("c_t1.nii.gz"));
  fs::copy_file(path("p1_t1.nii.gz"), path("c_flair.nii.gz"));
  const ProcessResult result = predict({"a"}, {"c_t1.nii.gz", "c_flair.nii.gz"}, "copies");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  expect_part(result.err, "t1 (" + path("c_t1.nii.gz") + ") and flair (" + path("c_flair.nii.gz") + ") are the same image");
}

TEST_F(Predict, WarnsOfASizeThatNoHeadHas) {
  image::Volume volume = io::read_image(path("p1_t1.nii.gz")).channels.at(0);
  volume.affine.matrix = {{{-0.5, 0, 0}, {0, -0.5, 0}, {0, 0, 0.5}}};
  io::write_nifti(path("small_t1.nii.gz"), volume);
  const ProcessResult small = predict({"a"}, {"small_t1.nii.gz"}, "small");
  EXPECT_EQ(small.exit_code, 0) << small.err;
  expect_part(small.err, "small_t1.nii.gz: its longest side is 20 mm, which is no head's; in cm it would be 200 mm");
  EXPECT_EQ(predict({"a"}, {"p1_t1.nii.gz"}, "crop").err.find("no head's"), std::string::npos) << "a crop of a usual voxel size";
}

TEST_F(Predict, ResumingPredictsAgainWhereTheLabelMapIsTruncated) {
  ASSERT_EQ(predict({"a"}, {"p2_flair.nii.gz"}, "cut").exit_code, 0);
  const std::string whole = test::read_text(path("cut/p2.nii.gz"));
  test::write_text(path("cut/p2.nii.gz"), whole.substr(0, whole.size() / 2));
  const ProcessResult again = predict({"a"}, {"p2_flair.nii.gz"}, "cut", {"--resume"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  expect_part(again.err, "1 study is predicted again (their files are damaged): p2");
  EXPECT_EQ(test::read_text(path("cut/p2.nii.gz")), whole);
}

TEST_F(Predict, NamesTheFileThatHoldsSeveralChannels) {
  expect_python(
      "import sys, nibabel, numpy as np\nnibabel.save(nibabel.Nifti1Image(np.ones((8, 8, 8, 4), 'f4'), np.eye(4)), sys.argv[1])",
      {path("four_t1.nii.gz")});
  const ProcessResult result = predict({"a"}, {"four_t1.nii.gz"}, "four");
  EXPECT_EQ(result.exit_code, 4);
  expect_part(result.err, "four_t1.nii.gz: 4 channels");
  EXPECT_EQ(result.err.find("predicting study "), std::string::npos) << result.err;
}

TEST_F(Predict, FilesOfBidsGetItsNamesAndEvaluateFindsThem) {
  write_image(path("raw/sub-01/ses-2/anat/sub-01_ses-2_T1w.nii.gz"));
  const image::Volume grid = io::read_image(path("p1_t1.nii.gz")).channels.at(0);
  image::LabelVolume label{.size = grid.size, .affine = grid.affine, .data = std::vector<std::int32_t>(grid.data.size())};
  label.data[label.index(18, 20, 10)] = 1;
  fs::create_directories(path("reference"));
  io::write_nifti(path("reference/sub-01_ses-2_dseg.nii.gz"), label, {.type = io::StoredType::kUint8});
  const ProcessResult result = predict({"a"}, {"raw"}, "bids", {"--probabilities"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(fs::exists(path("bids/sub-01/ses-2/anat/sub-01_ses-2_desc-brainmvp_dseg.nii.gz")));
  EXPECT_TRUE(fs::exists(path("bids/sub-01/ses-2/anat/sub-01_ses-2_label-WT_desc-brainmvp_probseg.nii.gz")));
  const ProcessResult evaluated = test::run_brainmvp({"evaluate", path("bids"), "--reference", path("reference")});
  EXPECT_EQ(evaluated.exit_code, 0) << evaluated.err;
}

// What finetune records beside the model.
constexpr const char* kAddRecords = R"py(
import sys, torch
checkpoint = torch.load(sys.argv[1], weights_only=True)
checkpoint["counters"] = {"step": 6, "flat": sys.argv[3]}
checkpoint["config"] = sys.argv[4]
torch.save(checkpoint, sys.argv[2])
)py";

TEST_F(Predict, WarnsOfACheckpointThatPredictedOnlyBackground) {
  expect_python(kAddRecords, {path("b.pt"), path("flat.pt"), "predicts only background", "[finetune]\n"});
  const ProcessResult flat = predict({"flat.pt"}, {"p1_t1.nii.gz", "p1_flair.nii.gz"}, "flat");
  EXPECT_EQ(flat.exit_code, 0) << flat.err;
  expect_part(flat.err, "flat.pt: the network predicts only background (in the validation at step 6)");
  const ProcessResult plain = predict({"b.pt"}, {"p1_t1.nii.gz", "p1_flair.nii.gz"}, "plain");
  EXPECT_FALSE(test::contains(plain.err, "only background")) << plain.err;
}

TEST_F(Predict, OfAFoldTakesItsStudiesAndTheRunThatWasTrainedWithoutThem) {
  const auto entry = [](const std::string& id, const std::string& image, const std::string& fold) {
    return R"({"id": ")" + id + R"(", "class": ")" + (id == "x" ? "HGG" : "LGG") + R"(", "image": [")" + image +
           R"("], "modality": [")" + image.substr(3, image.find('.') - 3) + R"("])" + fold + "}";
  };
  test::write_text(path("folds.json"), R"({"classes": ["HGG", "LGG"], "training": [)" +
                                           entry("x", "p1_t1.nii.gz", R"(, "fold": 0)") + ", " +
                                           entry("y", "p2_flair.nii.gz", R"(, "fold": 1)") + R"(], "test": [)" +
                                           entry("z", "p1_flair.nii.gz", R"(, "fold": 1)") + "]}");
  for (const char* fold : {"0", "1"}) {
    const std::string file = path(std::string("fold") + fold + ".pt");
    expect_python(kAddRecords, {path("grades.pt"), file, "", std::string("[finetune]\nfold = ") + fold + "\n"});
    const ProcessResult done =
        predict({std::string("fold") + fold + ".pt"}, {"folds.json"}, std::string("fold") + fold, {"--fold", fold});
    EXPECT_EQ(done.exit_code, 0) << done.err;
  }
  const std::string second = test::read_text(path("fold1/predictions.tsv"));
  EXPECT_TRUE(test::contains(second, "\ny\t") && !test::contains(second, "\nx\t") && !test::contains(second, "\nz\t")) << second;
  const auto refusal = [&](const std::string& model, const std::string& fold) {
    const ProcessResult refused = predict({model}, {"folds.json"}, "never", {"--fold", fold});
    EXPECT_NE(refused.exit_code, 0);
    EXPECT_FALSE(fs::exists(path("never"))) << model;
    return refused.err;
  };
  expect_part(refusal("fold1.pt", "0"), "fold1.pt: --fold 0: its training left out fold 1");
  expect_part(refusal("grades.pt", "0"), "its training left out no fold");
  expect_python(kAddRecords, {path("grades.pt"), path("own.pt"), "", "[finetune]\nfold = 0\nfolds = 2\n"});
  expect_part(refusal("own.pt", "0"), "its folds were made for the training only");
  expect_python(kAddRecords, {path("grades.pt"), path("third.pt"), "", "[finetune]\nfold = 2\n"});
  expect_part(refusal("third.pt", "2"), "no study of a studies file is in that fold");

  const Arguments pooled{"evaluate",
                         path("fold0/predictions.tsv"),
                         path("fold1/predictions.tsv"),
                         "--reference",
                         path("folds.json"),
                         "--split",
                         "training",
                         "--classification",
                         "-o",
                         path("pooled.json")};
  const ProcessResult evaluated = test::run_brainmvp(pooled);
  ASSERT_EQ(evaluated.exit_code, 0) << evaluated.err;
  EXPECT_EQ(json("pooled.json")["cases"].size(), 2U);
  expect_part(evaluated.out, "One case of each class: no intervals");
}

TEST_F(Predict, ClassesGoIntoATableThatEvaluateReads) {
  test::write_text(path("graded.json"),
                   R"({"classes": ["HGG", "LGG"],
    "test": [{"id": "x", "class": "LGG", "image": ["p1_t1.nii.gz"], "modality": ["t1"]},
             {"id": "y", "class": "HGG", "image": ["p2_flair.nii.gz"], "modality": ["flair"]}]})");
  const ProcessResult result = predict({"grades.pt"}, {"graded.json"}, "classes", {"--flips", "i"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  expect_part(test::read_text(path("classes/predictions.tsv")), "case\tprob_HGG\tprob_LGG\nx\t0.");
  EXPECT_EQ(json("classes/predictions.json")["channels_of_rows"].size(), 2U);
  const ProcessResult evaluated =
      test::run_brainmvp({"evaluate", path("classes"), "--reference", path("graded.json"), "--classification"});
  EXPECT_EQ(evaluated.exit_code, 0) << evaluated.err;
  const ProcessResult of_table =
      test::run_brainmvp({"evaluate", path("classes/predictions.tsv"), "--reference", path("graded.json"), "--classification"});
  EXPECT_EQ(evaluated.out, of_table.out);
  const ProcessResult unsaid = test::run_brainmvp({"evaluate", path("classes"), "--reference", path("graded.json")});
  EXPECT_EQ(unsaid.exit_code, 2) << unsaid.err;
  expect_part(unsaid.err, "predictions of classes or numbers (predictions.tsv); add --classification");
  EXPECT_EQ(predict({"grades.pt"}, {"graded.json"}, "classes").exit_code, 5);
}

} // namespace
} // namespace brainmvp
