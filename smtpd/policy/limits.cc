#include "smtpd/policy/limits.h"

#include <algorithm>

namespace mail::smtpd {

Limits::Limits(const config::Config& config)
    : hard_errors(config.get<"smtpd_hard_error_limit">()),
      soft_errors(config.get<"smtpd_soft_error_limit">()),
      junk_commands(config.get<"smtpd_junk_command_limit">()),
      error_delay(config.get<"smtpd_error_sleep_time">()),
      timeout(config.get<"smtpd_timeout">()),
      data_rate(config.get<"smtpd_min_data_rate">()),
      line_length(static_cast<std::size_t>(config.get<"line_length_limit">())),
      recipients(static_cast<std::size_t>(config.get<"smtpd_recipient_limit">())),
      recipient_overshoot(static_cast<std::size_t>(config.get<"smtpd_recipient_overshoot_limit">())),
      message_size(config.get<"message_size_limit">()) {}

Clock::time_point Limits::data_deadline(Clock::time_point start, std::uint64_t octets, Clock::time_point now) const {
    const auto patient = now + timeout;
    if (data_rate <= 0) return patient;
    const auto earned = std::chrono::seconds(octets / static_cast<std::uint64_t>(data_rate));
    return std::min(patient, start + timeout + earned);
}

}  // namespace mail::smtpd
