#include "admin/budget_metrics.hpp"

#include "unit/admin/sources.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace spillway {
namespace {

TEST(BudgetMetrics, HaveASeriesForEachLimitOfTheTableAndNoOther) {
    FakeGateway gateway;
    Exposition exposition;
    add_budget_metrics(gateway.budgets, gateway.ledger, exposition);
    const std::string text = exposition_text(std::move(exposition).families());

    const std::string name = "spillway_caller_budget_";
    const std::string tokens = "{caller=\"agents\",period=\"day\",unit=\"tokens\"} ";
    const std::string money = "{caller=\"agents\",period=\"month\",unit=\"money\"} ";
    for (const std::string& line :
         {name + "limit" + tokens + "1000", name + "used" + tokens + "250",
          name + "limit" + money + "20", name + "used" + money + "1"}) {
        EXPECT_NE(text.find(line + "\n"), std::string::npos) << line << "\n" << text;
    }
    EXPECT_EQ(text.find("period=\"day\",unit=\"money\""), std::string::npos) << text;
    EXPECT_NE(text.find("spillway_ledger_writable 0\n"), std::string::npos) << text;
    EXPECT_NE(text.find("spillway_ledger_write_failures_total 3\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace spillway
