#pragma once

#include <array>
#include <string>
#include <string_view>

// Facts about addresses in Canada (Canada Post's addressing guidelines).
namespace tamarack::text {

// Provinces and territories by their codes.
inline constexpr std::array<std::string_view, 13> kProvinces{
    "AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"};

bool IsProvince(std::string_view code);

// "K1A 0B1" from any way of typing it: letters of either case and width, digits of any script,
// whatever spaces and dashes. "" for what is no code or holds letters that Canada Post does not
// use.
std::string CanadianPostalCode(std::string_view typed);

// The province that a postal code's first letter stands for. "" for what is no code, and for X,
// which the Northwest Territories and Nunavut share.
std::string_view ProvinceOfPostalCode(std::string_view typed);

}  // namespace tamarack::text
