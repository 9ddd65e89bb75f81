// Training over several ranks, as processes.
#include "app/ranks.h"

#include "app/run_checks.h"
#include "store/handmade_store.h"

namespace brainmvp {
namespace {
namespace fs = std::filesystem;
using test::contains;
using test::metrics;
using test::Ranks;
using Arguments = std::vector<std::string>;

class OverRanks : public testing::Test {
protected:
  static void SetUpTestSuite() {
    folder_ = new test::TemporaryFolder;
    std::vector<test::HandmadeStudy> studies{
        {.id = "anna", .size = {20, 18, 16}, .modalities = {"t1", "t2", "flair"}},
        {.id = "berta", .size = {17, 23, 19}, .modalities = {"t1", "t2"}},
        {.id = "carla", .size = {12, 16, 30}, .modalities = {"t1", "dwi"}},
        {.id = "dora", .size = {18, 18, 18}, .modalities = {"t2", "flair"}},
        {.id = "emma", .size = {18, 20, 18}, .modalities = {"t1", "flair"}},
        {.id = "fini", .size = {18, 18, 18}, .modalities = {"t1", "t2"}, .split = kValidation},
        {.id = "gila", .size = {18, 18, 18}, .modalities = {"t1"}, .split = kValidation},
        {.id = "hera", .size = {18, 17, 18}, .modalities = {"t2"}, .split = kValidation}};
    for (std::size_t i = 0; i < studies.size(); ++i) {
      studies[i].label = true;
      studies[i].label_values = 2;
      studies[i].class_name = i % 2 == 0 ? "AD" : "CN";
    }
    test::write_handmade_store(*folder_ / "store", studies);
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static std::string store() { return *folder_ / "store"; }
  static fs::path run(const std::string& name) { return *folder_ / name; }

  static Arguments pretrain(const std::string& name, const Arguments& more) {
    Arguments arguments{"pretrain",
                        store(),
                        "-o",
                        run(name),
                        "--recipe",
                        "tiny",
                        "--crop",
                        "16",
                        "--template-size",
                        "24",
                        "24",
                        "32",
                        "--threads",
                        "1",
                        "--seed",
                        "7",
                        "--contrastive-from",
                        "0",
                        "--cross-modal-from",
                        "0"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  static std::vector<int> run_ranks(std::size_t ranks, const Arguments& arguments) {
    const Ranks processes(std::vector<Arguments>(ranks, arguments));
    const std::vector<int> codes = processes.exit_codes();
    messages_ = processes.messages(0);
    return codes;
  }

  static std::vector<int> done(std::size_t ranks) { return std::vector<int>(ranks, 0); }
  static const std::string& messages_of_first() { return messages_; }

  static constexpr auto kValidation = study::Split::kValidation;

private:
  static test::TemporaryFolder* folder_;
  static std::string messages_;
};
test::TemporaryFolder* OverRanks::folder_ = nullptr;
std::string OverRanks::messages_;

// Losses, norms and validation, step by step. Rounding grows from step to step.
void expect_same_curve(const fs::path& found, const fs::path& expected) {
  const auto lines = metrics(found), wanted = metrics(expected);
  ASSERT_EQ(lines.size(), wanted.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    for (const auto& [name, value] : wanted[i].items()) {
      const double tolerance = (i == 0 ? 1e-5 : 1e-3) * std::abs(value.get<double>());
      EXPECT_NEAR(lines[i].at(name).get<double>(), value.get<double>(), tolerance) << found << ": step " << i + 1 << ", " << name;
    }
  }
}

TEST_F(OverRanks, OneTwoAndFourProcessesLearnTheSame) {
  const Arguments steps{"--steps", "4", "--validate-every", "2"};
  const auto with_batch = [&](const std::string& name, const std::string& batch) {
    Arguments arguments = pretrain(name, steps);
    arguments.insert(arguments.end(), {"--precision", "fp32", "--initialisation", "public", "--batch-size", batch});
    return arguments;
  };
  ASSERT_EQ(test::run_brainmvp(with_batch("one", "4")).exit_code, 0);
  ASSERT_EQ(run_ranks(2, with_batch("two", "2")), done(2)) << messages_of_first();
  ASSERT_EQ(run_ranks(4, with_batch("four", "1")), done(4)) << messages_of_first();
  expect_same_curve(run("two"), run("one"));
  expect_same_curve(run("four"), run("one"));
  for (const char* name : {"two", "four"}) { // rank 0 alone writes, and writes all
    for (const char* file : {"config.toml", "log.txt", "checkpoints/last.pt", "checkpoints/best.pt", "templates"}) {
      EXPECT_TRUE(fs::exists(run(name) / file)) << name << "/" << file;
    }
  }
}

TEST_F(OverRanks, FineTuningLearnsTheSame) {
  test::write_text(run("ages.tsv"),
                   "id\tage\nanna\t61\nberta\t70\ncarla\t55\ndora\t48\nemma\t66\nfini\t80\ngila\t59\nhera\t73\n");
  for (const std::string kind : {"segment", "classify", "regress"}) {
    const auto command = [&](const std::string& name, const std::string& batch) {
      Arguments all{"finetune",
                    kind,
                    store(),
                    "-o",
                    run(name),
                    "--init",
                    "scratch",
                    "--network",
                    "uniformer_tiny",
                    "--recipe",
                    "tiny",
                    "--crop",
                    "16",
                    "--threads",
                    "1",
                    "--seed",
                    "3",
                    "--steps",
                    "3",
                    "--validate-every",
                    "3",
                    "--augmentation",
                    "light",
                    "--precision",
                    "fp32",
                    "--decay", // Adam's step is the sign of a gradient that is only rounding, unless the decay is part of it
                    "coupled",
                    "--batch-size",
                    batch};
      if (kind == "regress") {
        all.insert(all.end(), {"--targets-from", run("ages.tsv").string() + ":age"});
      }
      return all;
    };
    ASSERT_EQ(test::run_brainmvp(command(kind + "1", "3")).exit_code, 0);
    ASSERT_EQ(run_ranks(3, command(kind + "3", "1")), done(3)) << messages_of_first();
    expect_same_curve(run(kind + "3"), run(kind + "1"));
  }
}

TEST_F(OverRanks, FiveStudiesOverFourRanksEndAnEpoch) {
  ASSERT_EQ(run_ranks(4, pretrain("epoch", {"--epochs", "1", "--batch-size", "1"})), done(4)) << messages_of_first();
  EXPECT_EQ(metrics(run("epoch")).size(), 2U); // 5 studies, 4 a step
}

TEST_F(OverRanks, FewerRanksGoOnWithTheSameGlobalBatch) {
  const Arguments options{"--epochs", "4", "--batch-size", "1", "--checkpoint-every", "1"};
  Arguments first = pretrain("fewer", options);
  first.insert(first.end(), {"--stop-after", "2"});
  ASSERT_EQ(run_ranks(4, first), done(4)) << messages_of_first();
  Arguments second = pretrain("fewer", options);
  second.insert(second.end(), {"--stop-after", "3", "--resume"});
  ASSERT_EQ(run_ranks(3, second), done(3)) << messages_of_first(); // 3 samples, then 1 while two ranks have none
  EXPECT_TRUE(contains(messages_of_first(), "3 ranks; a step is 4 samples in 2 batches")) << messages_of_first();
  Arguments third = pretrain("fewer", options);
  third.emplace_back("--resume");
  ASSERT_EQ(test::run_brainmvp(third).exit_code, 0);
  const auto lines = metrics(run("fewer"));
  ASSERT_EQ(lines.size(), 5U); // 4 epochs of 5 studies, 4 a step, whatever the number of ranks
  EXPECT_EQ(lines.back()["epoch"], 3);
}

TEST_F(OverRanks, NamesARankThatDisagrees) {
  const Ranks ranks({pretrain("disagree", {"--steps", "2"}), pretrain("disagree", {"--steps", "2", "--learning-rate", "0.5"})});
  EXPECT_EQ(ranks.exit_codes(), (std::vector<int>{2, 2}));
  EXPECT_TRUE(contains(ranks.messages(0), "train.learning_rate is ") &&
              contains(ranks.messages(0), "in rank 0 and 0.5 in rank 1"))
      << ranks.messages(0);
  EXPECT_FALSE(fs::exists(run("disagree") / "config.toml"));
}

TEST_F(OverRanks, AllRanksRefuseARunThatExists) {
  ASSERT_EQ(test::run_brainmvp(pretrain("existing", {"--steps", "1"})).exit_code, 0);
  EXPECT_EQ(run_ranks(2, pretrain("existing", {"--steps", "1"})), (std::vector<int>{5, 5}));
}

TEST_F(OverRanks, ARankThatStandsStillOrDiesIsNamedInTime) {
  for (const int signal : {SIGSTOP, SIGKILL}) {
    const std::string name = signal == SIGSTOP ? "stopped" : "killed";
    const Ranks ranks(std::vector<Arguments>(3, pretrain(name, {"--steps", "100000", "--rank-timeout", "5"})));
    test::wait_for_steps(run(name), 2);
    const auto start = std::chrono::steady_clock::now();
    ranks.signal(1, signal);
    EXPECT_EQ(ranks.exit_code(0), 1);
    EXPECT_EQ(ranks.exit_code(2), 1);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
    for (const std::size_t rank : {0U, 2U}) {
      EXPECT_TRUE(contains(ranks.messages(rank), "the ranks lost each other: rank 1 (")) << ranks.messages(rank);
    }
    ranks.signal(1, SIGKILL);
    EXPECT_EQ(ranks.exit_code(1), 128 + SIGKILL);
  }
}

TEST_F(OverRanks, AnInterruptOfOneRankStopsAllWithACheckpoint) {
  const Ranks ranks(std::vector<Arguments>(2, pretrain("interrupt", {"--steps", "100000"})));
  test::wait_for_steps(run("interrupt"), 2);
  ranks.signal(1, SIGTERM);
  EXPECT_EQ(ranks.exit_codes(), (std::vector<int>{130, 130}));
  EXPECT_TRUE(fs::exists(run("interrupt") / "checkpoints/last.pt"));
}

// Processes whose parent is `parent`.
std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  std::istringstream stream(test::read_text("/proc/" + std::to_string(parent) + "/task/" + std::to_string(parent) + "/children"));
  for (pid_t child = 0; stream >> child;) {
    children.push_back(child);
  }
  return children;
}

Arguments torchrun(const Arguments& arguments, const std::string& restarts) {
  const std::string python = test::python_program();
  Arguments words{python,
                  "-m",
                  "torch.distributed.run",
                  "--no-python",
                  "--standalone", // torchrun listens at a port that the system chooses
                  "--local-addr",
                  "127.0.0.1",
                  "--nproc-per-node",
                  "2",
                  "--max-restarts",
                  restarts,
                  "--monitor-interval",
                  "0.1",
                  test::brainmvp_program()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

TEST_F(OverRanks, RanksThatAreKilledAtRandomEndWithTheSameWeights) {
  const Arguments options{"--steps", "30", "--batch-size", "1", "--checkpoint-every", "1", "--keep", "2"};
  ASSERT_EQ(run_ranks(2, pretrain("calm", options)), done(2)) << messages_of_first();
  const std::size_t kills = test::count_from_environment("BRAINMVP_RANK_KILLS", 4); // at most 14: two steps a life
  test::Process agent(torchrun(pretrain("haunted", options), "20"));
  std::srand(17);
  std::size_t killed = 0;
  for (; killed < kills; ++killed) {
    test::wait_for_steps(run("haunted"), 2 * killed + 1); // each life takes at least a step
    std::this_thread::sleep_for(std::chrono::milliseconds(std::rand() % 400));
    std::vector<pid_t> ranks = children_of(agent.id());
    for (int tries = 0; ranks.empty() && tries < 1000; ++tries) { // until torchrun has started the next life
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      ranks = children_of(agent.id());
    }
    ASSERT_FALSE(ranks.empty()) << agent.wait().err;
    ::kill(ranks[static_cast<std::size_t>(std::rand()) % ranks.size()], SIGKILL);
    while (children_of(agent.id()) == ranks) { // until torchrun has noticed
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  const test::ProcessResult ended = agent.wait();
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(killed, kills);
  test::expect_same_checkpoint(run("haunted") / "checkpoints/last.pt", run("calm") / "checkpoints/last.pt",
                               run("calm") / "checkpoints/step_00000029.pt", "encoder.uniformer.norm.weight");
  EXPECT_EQ(metrics(run("haunted")), metrics(run("calm")));
}

} // namespace
} // namespace brainmvp
