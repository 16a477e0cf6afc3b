#include "app/cpu_quota.hpp"

#include "support/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace spillway {
namespace {

namespace fs = std::filesystem;

TEST(CpuQuota, ReadsWhatTheKernelWrites) {
    EXPECT_DOUBLE_EQ(cores_of("50000 100000\n").value_or(0), 0.5);
    EXPECT_DOUBLE_EQ(cores_of("400000 100000\n").value_or(0), 4.0);
    EXPECT_FALSE(cores_of("max 100000\n"));
    EXPECT_FALSE(cores_of(""));
    EXPECT_FALSE(cores_of("100000 0"));
}

class CpuQuotas : public testing::Test {
protected:
    void SetUp() override { fs::create_directories(mount / "pods/one"); }
    void write(const std::string& group, const std::string& text) const {
        std::ofstream(mount / group / "cpu.max") << text;
    }

    const ScratchFolder scratch;
    const fs::path mount = scratch.path();
};

TEST_F(CpuQuotas, TakeTheTightestOnTheWayDown) {
    write("pods", "150000 100000");
    write("pods/one", "300000 100000");

    EXPECT_DOUBLE_EQ(cpu_quota("0::/pods/one\n", mount).value_or(0), 1.5);
    EXPECT_DOUBLE_EQ(cpu_quota("1:cpu:/x\n0::/pods\n", mount).value_or(0), 1.5);
}

TEST_F(CpuQuotas, AreNoneWithoutALimitOrWithoutVersion2) {
    write("pods/one", "max 100000");

    EXPECT_FALSE(cpu_quota("0::/pods/one\n", mount));
    EXPECT_FALSE(cpu_quota("1:cpu:/pods/one\n", mount));
    EXPECT_FALSE(cpu_quota("", mount));
}

TEST_F(CpuQuotas, OfAContainerStandAtTheMountItself) {
    write("", "50000 100000");

    EXPECT_DOUBLE_EQ(cpu_quota("0::/\n", mount).value_or(0), 0.5);
}

TEST(WorkerCount, IsWhatTheTableSaysOrAtLeastOne) {
    EXPECT_EQ(worker_count(3), 3U);
    EXPECT_GE(worker_count(0), 1U);
}

}  // namespace
}  // namespace spillway
