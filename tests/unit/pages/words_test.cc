// What docs/words.md says of the texts that people read, where a machine can tell.
#include <absl/strings/str_cat.h>
#include <re2/re2.h>
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace {

namespace fs = std::filesystem;
const fs::path kSource = TAMARACK_SOURCE_DIR;

// The texts of a catalogue by their keys.
std::multimap<std::string, std::string> TextsOf(const fs::path& po) {
  std::ifstream file(po);
  REQUIRE(file);
  std::multimap<std::string, std::string> texts;
  std::string key;
  for (std::string line; std::getline(file, line);) {
    std::string text;
    RE2::FullMatch(line, R"re(msgid "(.*)")re", &key);
    if (!RE2::FullMatch(line, R"re(msgstr(?:\[\d\])? "(.+)")re", &text)) continue;
    RE2::GlobalReplace(&text, R"(\{[A-Z_]+\})", "X");
    texts.emplace(key, text);
  }
  return texts;
}

std::vector<fs::path> Catalogues(const std::string& language) {
  std::vector<fs::path> found;
  for (const char* top : {"platform", "gateway", "services"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kSource / top)) {
      if (entry.path().filename() == language + ".po") found.push_back(entry.path());
    }
  }
  REQUIRE(found.size() >= 5);
  return found;
}

struct Rule {
  const char* pattern;
  const char* why;
};

void CheckAll(const std::string& language, const std::vector<Rule>& rules) {
  for (const fs::path& po : Catalogues(language)) {
    for (const auto& [key, text] : TextsOf(po)) {
      for (const Rule& rule : rules) {
        INFO(po.string() << " " << key << ": " << text << "\n" << rule.why);
        CHECK_FALSE(RE2::PartialMatch(text, rule.pattern));
      }
    }
  }
}

}  // namespace

TEST_CASE("French texts keep to Canadian French typography and to one word for one thing") {
  CheckAll("fr",
           {
               {R"([^~]:(\s|\\n|$))", "a no-break space before a colon"},
               {R"(«[^~]|[^~]»)", "no-break spaces inside guillemets"},
               {R"([ ~][;!?])", "no space before ; ! ?"},
               {R"([A-Za-zÀ-ÿ]')", "’, not '"},
               {R"("|“)", "guillemets"},
               {R"(\d (h|\d|%|\$|minutes|chiffres|caractères)\b)", "~ after a number"},
               {R"((?i)e-?mail|\bmail\b|courrier électronique|\bcourriels? électr)", "courriel"},
               {R"((?i)ouvr(ir|ez) une session|\bidentifiez-vous)", "se connecter"},
               {R"((?i)\bpartag)", "transmettre"},
               {R"((?i)\bcommuniqu\p{L}*($|[^\p{L} ]| ([^a]|a[^v])))", "transmettre, aviser"},
               {R"((?i)\braisons?\b)", "motif"},
               {R"((?i)\bcookies?\b)", "témoin"},
               {R"((?i)\bveuillez\b|s[’']il vous plaît)", "an instruction without please"},
               {R"((?i)données personnelles|\bmes données)", "renseignements"},
           });
}

TEST_CASE("English texts keep to one word for one thing") {
  CheckAll("en", {
                     {R"([A-Za-z]')", "’, not '"},
                     {R"(«|\s:)", "English typography"},
                     {R"((?i)e-mail)", "email"},
                     {R"((?i)\blog ?(in|out|on|off)\b)", "sign in, sign out"},
                     {R"((?i)\bplease\b)", "an instruction without please"},
                     {R"((?i)\bmy data\b|personal data)", "information"},
                     {R"(\d (characters|digits|minutes)\b)", "~ after a number"},
                 });
}
