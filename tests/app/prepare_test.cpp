// `brainmvp prepare` as a process: reports, stale studies, failures, interruptions, refusals.
#include <chrono>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>

#include "app/run_checks.h"
#include "app/small_studies.h"
#include "base/machine.h"
#include "support/process.h"
#include "support/support.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;

using test::contains;
using test::ProcessResult;
using test::run_brainmvp;
using test::TemporaryFolder;
using test::write_studies;

test::ProcessResult prepare_store(const TemporaryFolder& folder, std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"prepare", folder / "studies.json", "-o", folder / "store", "--threads", "2"});
  return run_brainmvp(more);
}

std::vector<std::string> listed(const TemporaryFolder& folder) {
  std::vector<std::string> ids;
  const nlohmann::json list = nlohmann::json::parse(test::read_text(folder / "store/store.json"));
  for (const auto& study : list["studies"]) {
    ids.push_back(study["id"]);
  }
  return ids;
}

// Studies for classification: a class, a patient and a fold, no label map, and a modality that has no template.
void write_class_studies(const TemporaryFolder& folder, const std::string& class_of_b, int fold_of_b) {
  fs::create_directories(folder / "images");
  nlohmann::json training = nlohmann::json::array();
  for (const std::string id : {"sub-01_ses-1", "sub-02_ses-1"}) {
    const std::string file = "images/" + id + "_T1_IR.nii.gz";
    if (!fs::exists(folder / file)) {
      fs::copy_file(test::golden("preprocess/las_anisotropic/t1.nii.gz"), folder / file);
    }
    training.push_back({{"id", id}, {"image", {file}}, {"class", "control"}, {"fold", 0}});
  }
  training[1]["class"] = class_of_b;
  training[1]["fold"] = fold_of_b;
  training[1]["patient"] = "two";
  test::write_text(folder / "studies.json", nlohmann::json{{"training", training}, {"classes", {"control", "ASD"}}}.dump());
}

TEST(Prepare, ASpacingIsThatOfTheStoreAndAChangeRedoesItWhenForced) {
  const TemporaryFolder folder;
  write_studies(folder, {"a"});
  ASSERT_EQ(prepare_store(folder).exit_code, 0);
  for (const std::vector<std::string>& other : {std::vector<std::string>{"--spacing", "2"}, {"--percentiles-of", "foreground"}}) {
    const ProcessResult refused = prepare_store(folder, other);
    EXPECT_EQ(refused.exit_code, 5) << refused.err;
    EXPECT_TRUE(contains(refused.err, "store of 1 mm voxels and percentiles 5 to 95 of the crop")) << refused.err;
  }
  const ProcessResult coarse = prepare_store(folder, {"--spacing", "2", "--force"});
  ASSERT_EQ(coarse.exit_code, 0) << coarse.err;
  EXPECT_TRUE(contains(coarse.out, "1 redone")) << coarse.out;
  const ProcessResult header = run_brainmvp({"inspect", folder / "store/a/t1.nii"});
  EXPECT_TRUE(contains(header.out, "2 x 2 x 2 mm")) << header.out;
  EXPECT_EQ(prepare_store(folder, {"--spacing", "0"}).exit_code, 2);
  EXPECT_EQ(prepare_store(folder, {"--percentiles", "95", "5"}).exit_code, 2);
}

TEST(Prepare, OptionsComeFromAFileUnlessTheCommandLineHasThem) {
  const TemporaryFolder folder;
  write_studies(folder, {"a"});
  test::write_text(folder / "run.toml", "[prepare]\nspacing = 2\npercentiles = [1, 99]\npercentiles_of = \"foreground\"\n");
  ASSERT_EQ(prepare_store(folder, {"--config", folder / "run.toml", "--percentiles", "2", "98"}).exit_code, 0);
  const ProcessResult other = prepare_store(folder);
  EXPECT_TRUE(contains(other.err, "store of 2 mm voxels and percentiles 2 to 98 of the foreground")) << other.err;
  test::write_text(folder / "run.toml", "[prepare]\nspacing = 20\n");
  const ProcessResult refused = prepare_store(folder, {"--config", folder / "run.toml"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_TRUE(contains(refused.err, "--spacing: expected a number from 0.25 to 10, found 20")) << refused.err;
}

TEST(Prepare, ACompressedStoreHoldsTheSameValuesInLessSpace) {
  const TemporaryFolder folder;
  write_studies(folder, {"a", "b"});
  ASSERT_EQ(prepare_store(folder).exit_code, 0);
  const auto pretrained = [&](const std::string& store, const std::string& run) {
    const ProcessResult result =
        run_brainmvp({"pretrain", folder / store, "-o", folder / run, "--recipe", "tiny", "--crop", "16", "--template-size", "24",
                      "24", "24", "--steps", "2", "--seed", "3", "--threads", "1"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(test::metrics(folder / run).size(), 2U);
    return test::metrics(folder / run);
  };
  const auto compress = [&](const std::string& store) {
    return run_brainmvp({"prepare", folder / "studies.json", "-o", folder / store, "--compress", "--threads", "1"});
  };
  const ProcessResult refused = compress("store");
  EXPECT_EQ(refused.exit_code, 5);
  EXPECT_TRUE(contains(refused.err, "asked for are 1 mm voxels and percentiles 5 to 95 of the crop, compressed")) << refused.err;
  ASSERT_EQ(compress("small").exit_code, 0);
  EXPECT_TRUE(contains(compress("small").out, "2 up to date"));
  EXPECT_LT(fs::file_size(folder / "small/a/t1.chunks"), fs::file_size(folder / "store/a/t1.nii"));
  EXPECT_EQ(pretrained("small", "run_small"), pretrained("store", "run"));
  std::string bytes = test::read_text(folder / "small/b/t1.chunks");
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  test::write_text(folder / "small/b/t1.chunks", bytes);
  const ProcessResult inspected = run_brainmvp({"inspect", folder / "small"});
  EXPECT_EQ(inspected.exit_code, 4) << inspected.out << inspected.err;
  EXPECT_TRUE(contains(inspected.out + inspected.err, "t1.chunks")) << inspected.out << inspected.err;
}

TEST(Prepare, KeepsClassPatientAndFoldAndFollowsTheirChangesWithoutRedoing) {
  const TemporaryFolder folder;
  write_class_studies(folder, "control", 1);
  EXPECT_EQ(prepare_store(folder).exit_code, 0);
  const auto of_store = [&](std::size_t i, const char* field) {
    return nlohmann::json::parse(test::read_text(folder / "store/store.json"))["studies"][i][field];
  };
  EXPECT_EQ(of_store(0, "patient"), "sub-01"); // from the id
  EXPECT_EQ(of_store(1, "patient"), "two");
  EXPECT_EQ(of_store(1, "class"), "control");
  EXPECT_EQ(of_store(1, "fold"), 1);
  EXPECT_TRUE(fs::exists(folder / "store/sub-01_ses-1/t1_ir.nii"));
  write_class_studies(folder, "ASD", 3);
  const auto again = prepare_store(folder);
  EXPECT_TRUE(contains(again.out, "0 prepared, 2 up to date, 0 redone")) << again.out;
  EXPECT_EQ(of_store(1, "class"), "ASD");
  EXPECT_EQ(of_store(1, "fold"), 3);
}

TEST(Prepare, OnlyWhatChangedIsRedone) {
  const TemporaryFolder folder;
  write_studies(folder, {"a", "b", "c"});
  auto result = prepare_store(folder);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(contains(result.out, "3 prepared, 0 up to date, 0 redone, 0 failed; ")) << result.out;
  EXPECT_TRUE(contains(result.err, "3 studies to prepare")) << result.err;
  EXPECT_TRUE(contains(result.err, "memory")) << result.err;
  EXPECT_EQ(listed(folder), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE(contains(prepare_store(folder).out, "0 prepared, 3 up to date, 0 redone, 0 failed"));

  // A new time alone changes nothing, and is noted.
  fs::last_write_time(folder / "a/t1.nii.gz", fs::file_time_type::clock::now() + std::chrono::hours(1));
  const std::string before = test::read_text(folder / "store/a/study.json");
  EXPECT_TRUE(contains(prepare_store(folder).out, "0 prepared, 3 up to date, 0 redone"));
  EXPECT_NE(test::read_text(folder / "store/a/study.json"), before);

  fs::copy_file(test::golden("preprocess/las_anisotropic/t2.nii.gz"), folder / "b/t1.nii.gz",
                fs::copy_options::overwrite_existing);
  result = prepare_store(folder, {"-v"});
  EXPECT_TRUE(contains(result.out, "0 prepared, 2 up to date, 1 redone, 0 failed")) << result.out;
  EXPECT_TRUE(contains(result.err, "study b: t1.nii.gz has changed")) << result.err;

  fs::resize_file(folder / "store/c/flair.nii", 1000); // damage in the store
  EXPECT_TRUE(contains(prepare_store(folder).out, "0 prepared, 2 up to date, 1 redone, 0 failed"));
  EXPECT_TRUE(contains(prepare_store(folder, {"--force"}).out, "0 prepared, 0 up to date, 3 redone, 0 failed"));
}

// One form of an image whose voxels lie beside its header; the last argument is their factor.
constexpr const char* kWriteDetached = R"py(
import gzip, sys, nibabel, numpy as np
source, header, data, factor = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
image = nibabel.load(source)
voxels = (np.asarray(image.dataobj) * factor).astype("<f4")
stored = voxels.tobytes(order="F")
with (gzip.open if data.endswith("gz") else open)(data, "wb") as file:
    file.write(stored)
size, name = " ".join(map(str, voxels.shape)), data.rsplit("/", 1)[1]
if header.lower().endswith("hdr") and not header.endswith("nhdr"):
    pair = nibabel.Nifti1Pair(voxels, image.affine)
    pair.header.set_data_dtype("<f4")
    with open(header, "wb") as file:
        pair.header.write_to(file)
elif header.endswith("mhd"):
    open(header, "w").write(f"ObjectType = Image\nNDims = 3\nDimSize = {size}\nElementSpacing = 1 1 1\nBinaryData = True\n"
                            f"BinaryDataByteOrderMSB = False\nElementType = MET_FLOAT\nElementDataFile = {name}\n")
else:
    open(header, "w").write(f"NRRD0004\ntype: float\ndimension: 3\nspace: left-posterior-superior\nsizes: {size}\n"
                            "space directions: (1,0,0) (0,1,0) (0,0,1)\nspace origin: (0,0,0)\nendian: little\n"
                            f"encoding: raw\ndata file: {name}\n")
)py";

TEST(Prepare, VoxelsBesideTheirHeaderAreComparedToo) {
  for (const auto& [header, data] : std::vector<std::pair<std::string, std::string>>{
           {"t1.hdr", "t1.img.gz"}, {"T1.HDR", "T1.IMG"}, {"t1.mhd", "voxels.raw"}, {"t1.nhdr", "voxels.bin"}}) {
    const TemporaryFolder folder;
    const auto write = [&](const char* factor) {
      const ProcessResult result = test::run_python(
          kWriteDetached, {test::golden("preprocess/las_anisotropic/t1.nii.gz"), folder / header, folder / data, factor});
      ASSERT_EQ(result.exit_code, 0) << result.err;
    };
    write("1");
    test::write_text(folder / "studies.json",
                     nlohmann::json{{"training", {{{"id", "a"}, {"image", {header}}, {"modality", {"t1"}}}}}}.dump());
    const ProcessResult first = prepare_store(folder);
    ASSERT_EQ(first.exit_code, 0) << first.err;
    EXPECT_TRUE(contains(prepare_store(folder).out, "1 up to date, 0 redone")) << header;
    write("2"); // of equal size
    const ProcessResult redone = prepare_store(folder);
    EXPECT_TRUE(contains(redone.out, "0 up to date, 1 redone")) << header << ": " << redone.out;
  }
}

TEST(Prepare, AnImageAsALabelMapFailsItsStudy) {
  const TemporaryFolder folder;
  const ProcessResult written = test::run_python(R"py(
import sys, nibabel, numpy as np
voxels = np.random.default_rng(0).integers(0, 200, (40, 44, 36))
for name, kind in (("t1", "f4"), ("lesion", "u1")):
    nibabel.save(nibabel.Nifti1Image(voxels.astype(kind), np.diag([4.0, 4, 4, 1])), f"{sys.argv[1]}/{name}.nii.gz")
)py",
                                                 {folder / ""});
  ASSERT_EQ(written.exit_code, 0) << written.err;
  test::write_text(folder / "studies.json",
                   R"({"training": [{"id": "a", "image": ["t1.nii.gz"], "modality": ["t1"], "label": "lesion.nii.gz"}]})");
  const ProcessResult result = prepare_store(folder);
  EXPECT_EQ(result.exit_code, 3) << result.out << result.err;
  EXPECT_TRUE(contains(result.out + result.err, "lesion.nii.gz: holds 200 values that lie in no areas")) << result.err;
}

TEST(Prepare, StudiesCanBeAddedAndTakenAway) {
  const TemporaryFolder folder;
  write_studies(folder, {"a", "b"});
  ASSERT_EQ(prepare_store(folder).exit_code, 0);
  write_studies(folder, {"b", "c"});
  const auto result = prepare_store(folder);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(contains(result.out, "1 prepared, 1 up to date, 0 redone, 0 failed")) << result.out;
  EXPECT_TRUE(contains(result.out, "no longer listed")) << result.out;
  EXPECT_EQ(listed(folder), (std::vector<std::string>{"b", "c"}));
  EXPECT_TRUE(fs::exists(folder / "store/a/t1.nii")); // kept
}

TEST(Prepare, AFailedStudyDoesNotStopTheOthers) {
  const TemporaryFolder folder;
  write_studies(folder, {"a", "b", "c"});
  fs::resize_file(folder / "b/t1.nii.gz", 700);
  auto result = prepare_store(folder);
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_TRUE(contains(result.out, "2 prepared, 0 up to date, 0 redone, 1 failed")) << result.out;
  EXPECT_TRUE(contains(result.out, "failed: b: ")) << result.out;
  EXPECT_TRUE(contains(result.out, "t1.nii.gz")) << result.out;
  EXPECT_EQ(listed(folder), (std::vector<std::string>{"a", "c"}));

  fs::remove(folder / "b/t1.nii.gz"); // repaired: only that one is done
  write_studies(folder, {"a", "b", "c"});
  result = prepare_store(folder);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(contains(result.out, "1 prepared, 2 up to date")) << result.out;
}

TEST(Prepare, StrictStopsAndNothingUsableIsSaid) {
  const TemporaryFolder folder;
  write_studies(folder, {"a", "b"});
  fs::resize_file(folder / "a/t1.nii.gz", 700);
  auto result = prepare_store(folder, {"--strict"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_TRUE(contains(result.err, "study a")) << result.err;
  EXPECT_FALSE(fs::exists(folder / "store/store.json"));
  fs::resize_file(folder / "b/t1.nii.gz", 700);
  result = prepare_store(folder);
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_TRUE(contains(result.out, "2 failed")) << result.out;
}

TEST(Prepare, InspectDescribesTheStoreAndFindsDamage) {
  const TemporaryFolder folder;
  write_studies(folder, {"a"});
  ASSERT_EQ(prepare_store(folder).exit_code, 0);
  auto result = run_brainmvp({"inspect", folder / "store"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(contains(result.out, "a: training, 19x29x25, flair t1")) << result.out;
  std::string bytes = test::read_text(folder / "store/a/t1.nii");
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  test::write_text(folder / "store/a/t1.nii", bytes);
  result = run_brainmvp({"inspect", folder / "store"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_TRUE(contains(result.err, "a/t1.nii")) << result.err;
}

TEST(Prepare, NeverWritesIntoAFolderOfSomethingElse) {
  const TemporaryFolder folder;
  write_studies(folder, {"a"});
  const auto result = run_brainmvp({"prepare", folder / "studies.json", "-o", folder.path()}); // the folder of the originals
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_TRUE(contains(result.err, "holds the input")) << result.err;
  fs::create_directory(folder / "other");
  test::write_text(folder / "other/thesis.txt", "years");
  const auto other = run_brainmvp({"prepare", folder / "studies.json", "-o", folder / "other"});
  EXPECT_EQ(other.exit_code, 5);
  EXPECT_TRUE(contains(other.err, "not a store")) << other.err;
  EXPECT_TRUE(fs::exists(folder / "a/t1.nii.gz"));

  // Nor over a foreign folder that has come to lie in a store.
  write_studies(folder, {"b"});
  ASSERT_EQ(prepare_store(folder).exit_code, 0);
  write_studies(folder, {"a", "b"});
  test::write_text(folder / "store/a/diary.txt", "dear");
  EXPECT_EQ(prepare_store(folder, {"--force"}).exit_code, 4);
  EXPECT_EQ(test::read_text(folder / "store/a/diary.txt"), "dear");

  EXPECT_EQ(run_brainmvp({"prepare", folder / "none.json", "-o", folder / "x"}).exit_code, 4);
  EXPECT_EQ(run_brainmvp({"prepare", folder / "studies.json"}).exit_code, 2);
}

TEST(Prepare, RefusesWhatDoesNotFitTheMachine) {
  const TemporaryFolder folder;
  // Headers of volumes of which one takes 60% of the memory (8 bytes a voxel), in sparse files.
  const double voxels = 0.6 * static_cast<double>(available_memory()) / 8;
  const auto written = test::run_python("import sys, nibabel\n"
                                        "header = nibabel.Nifti1Header()\n"
                                        "header.set_data_dtype('uint8')\n"
                                        "side = round(float(sys.argv[1]) ** (1 / 3))\n"
                                        "header.set_data_shape((side, side, side))\n"
                                        "header.set_sform([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], 1)\n"
                                        "header['magic'], header['vox_offset'] = b'n+1', 352\n"
                                        "for name in sys.argv[2:]:\n"
                                        "    file = open(name, 'wb')\n"
                                        "    file.write(header.binaryblock + bytes(4))\n"
                                        "    file.truncate(352 + side ** 3)\n",
                                        {std::to_string(voxels), folder / "a_t1.nii", folder / "b_t1.nii"});
  ASSERT_EQ(written.exit_code, 0) << written.err;
  test::write_text(folder / "studies.json", R"({"training": [{"image": ["a_t1.nii"]}, {"image": ["b_t1.nii"]}]})");
  const auto result = prepare_store(folder);
  EXPECT_EQ(result.exit_code, 6) << result.err << result.out;
  EXPECT_TRUE(contains(result.err, "--threads 1") || contains(result.err, "disk")) << result.err;
}

// Indexes and prepares a folder of ../shared/data/field.
ProcessResult prepare_field(const TemporaryFolder& folder, const std::string& name, const std::string& store,
                            const std::vector<std::string>& more) {
  const auto listed_files =
      run_brainmvp({"index", (test::test_data() / "field" / name / "data").string(), "-o", folder / "s.json", "--force"});
  EXPECT_EQ(listed_files.exit_code, 0) << listed_files.err;
  std::vector<std::string> arguments{"prepare", folder / "s.json", "-o", folder / store};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_brainmvp(arguments);
}

constexpr const char* kVolumeFacts = R"py(
import sys, nibabel, numpy
values = nibabel.load(sys.argv[1]).get_fdata()
positive = values[values > 1e-3]
print("corner %.2f, lowest %.2f, at a bound %.2f, sides %s" %
      (values[0, 0, 0], values.min(), (positive >= 0.999).mean(), "x".join(map(str, values.shape))))
)py";

TEST(PrepareField, ZScoredImagesKeepTheirBackgroundLowestOnDemand) {
  if (test::test_data().empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const TemporaryFolder folder;
  const ProcessResult usual = prepare_field(folder, "z_scored", "usual", {});
  EXPECT_EQ(usual.exit_code, 0) << usual.err;
  test::expect_part(usual.out + usual.err, "its background 0 lies between its other values");
  test::expect_part(usual.out + usual.err, "--z-scored");
  const ProcessResult scored = prepare_field(folder, "z_scored", "scored", {"--z-scored"});
  EXPECT_EQ(scored.exit_code, 0) << scored.err;
  EXPECT_FALSE(contains(scored.out + scored.err, "lies between")) << scored.out;
  test::expect_part(test::run_python(kVolumeFacts, {folder / "scored/p1/t1.nii"}).out, "corner 0.00, lowest 0.00");
  test::expect_part(run_brainmvp({"inspect", folder / "scored"}).out, "background of z-scored images");
  const ProcessResult other = prepare_field(folder, "z_scored", "scored", {});
  EXPECT_EQ(other.exit_code, 5);
  test::expect_part(other.err, "of z-scored images");
}

TEST(PrepareField, SlabsAreScaledInsideTheirFieldOfViewAndDoNotCutHeads) {
  if (test::test_data().empty()) {
    GTEST_SKIP() << test::kNoTestData;
  }
  const TemporaryFolder folder;
  const ProcessResult slab = prepare_field(folder, "slab_saturates", "slab", {"--spacing", "4"});
  EXPECT_EQ(slab.exit_code, 0) << slab.err;
  const std::string facts = test::run_python(kVolumeFacts, {folder / "slab/p1/t2.nii"}).out;
  EXPECT_LT(std::stod(facts.substr(facts.find("bound ") + 6)), 0.2) << facts;
  const ProcessResult angiogram = prepare_field(folder, "slab_is_reference", "heads", {});
  EXPECT_EQ(angiogram.exit_code, 0) << angiogram.err;
  const std::string record = test::read_text(folder / "heads/IXI002-Guys-0828/study.json");
  const auto size = nlohmann::json::parse(record)["way_back"]["resampled"]["size"];
  EXPECT_GE(size[2].get<int>(), 150) << record; // the angiogram has 80 mm
}

// Starts prepare, waits until some studies are there, sends a signal, and gives the exit status.
int signal_during(const TemporaryFolder& folder, int signal) {
  test::Process process(
      test::brainmvp_command({"prepare", "-q", folder / "studies.json", "-o", folder / "store", "--threads", "2"}));
  EXPECT_TRUE(process.wait_until([&] { return fs::exists(folder / "store/s003/study.json"); }));
  process.signal(signal);
  return process.wait().exit_code;
}

const std::vector<std::string>& many() {
  static const std::vector<std::string> ids = test::study_ids(60);
  return ids;
}

std::size_t complete(const TemporaryFolder& folder) {
  std::size_t count = 0;
  for (const std::string& id : many()) {
    count += fs::exists(folder / "store" / id / "study.json") ? 1 : 0;
  }
  return count;
}

class PrepareInterrupted : public testing::TestWithParam<std::pair<int, int>> {};

TEST_P(PrepareInterrupted, GoesOnWhereItStopped) {
  const auto [signal, expected] = GetParam();
  const TemporaryFolder folder;
  write_studies(folder, many());
  ASSERT_EQ(signal_during(folder, signal), expected);
  const std::size_t done = complete(folder);
  ASSERT_GE(done, 1U);
  ASSERT_LT(done, many().size()) << "all was done before the signal came";
  EXPECT_FALSE(fs::exists(folder / "store/store.json"));
  fs::create_directories(folder / "store/.0123abcd.s059"); // as a killed process leaves it
  const auto result = prepare_store(folder);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(
      contains(result.out, std::to_string(many().size() - done) + " prepared, " + std::to_string(done) + " up to date, 0 redone"))
      << result.out;
  for (const auto& entry : fs::directory_iterator(folder / "store")) {
    const std::string name = entry.path().filename().string();
    EXPECT_FALSE(name.starts_with('.') && name != ".brainmvp.lock") << entry.path();
  }
  EXPECT_EQ(listed(folder), many());
}

INSTANTIATE_TEST_SUITE_P(Signals, PrepareInterrupted,
                         testing::Values(std::pair{SIGKILL, 128 + SIGKILL}, std::pair{SIGINT, 130}, std::pair{SIGTERM, 130}),
                         [](const auto& sent) {
                           return std::string(sent.param.first == SIGKILL ? "Kill" : sent.param.first == SIGINT ? "Int" : "Term");
                         });

} // namespace
} // namespace brainmvp
