#include "mayfly/postfix_parameters.h"

#include <algorithm>
#include <array>
#include <string>

#include "lib/base/text.h"

namespace mail::mayfly {
namespace {

// clang-format off
constexpr PostfixGroup groups[] = {
    {Standing::refused, "Mayfly has no such check of clients, senders, recipients or logins: it would not be made",
     "authorized_submit_users=static:anyone local_login_sender_maps maps_rbl_domains "
     "smtpd_client_restrictions smtpd_data_restrictions smtpd_end_of_data_restrictions "
     "smtpd_etrn_restrictions smtpd_forbid_unauth_pipelining=no smtpd_helo_restrictions "
     "smtpd_recipient_restrictions smtpd_reject_unlisted_sender=no smtpd_relay_restrictions "
     "smtpd_restriction_classes smtpd_sender_login_maps smtpd_sender_restrictions "
     "strict_rfc821_envelopes=no"},
    {Standing::refused, "Mayfly does not look into messages nor hand them on: nothing would be checked or changed",
     "body_checks content_filter header_checks message_reject_characters message_strip_characters "
     "milter_header_checks mime_header_checks nested_header_checks non_smtpd_milters smtpd_command_filter "
     "smtpd_milter_maps smtpd_milters smtpd_proxy_filter"},
    {Standing::refused, "Mayfly does not screen clients: they would not be kept away",
     "postscreen_access_list postscreen_blacklist_action=ignore postscreen_denylist_action=ignore "
     "postscreen_dnsbl_action=ignore postscreen_dnsbl_sites postscreen_greet_action=ignore"},
    {Standing::refused, "Mayfly has no virtual mailboxes: this mail would be refused",
     "virtual_alias_domains virtual_mailbox_base virtual_mailbox_domains virtual_mailbox_maps "
     "virtual_transport=virtual"},
    {Standing::refused, "Mayfly rewrites addresses only by alias_maps: mail would go to the address as it was written",
     "canonical_maps masquerade_domains recipient_canonical_maps relocated_maps sender_canonical_maps "
     "virtual_alias_maps virtual_maps"},
    {Standing::refused, "Mayfly sends no copies: they would be missing",
     "always_bcc recipient_bcc_maps sender_bcc_maps"},
    {Standing::refused, "Mayfly does not relay: mail for other hosts is refused",
     "fallback_relay permit_mx_backup_networks relay_domains relay_recipient_maps relayhost "
     "sender_dependent_default_transport_maps sender_dependent_relayhost_maps transport_maps"},
    {Standing::refused, "Mayfly delivers to the Maildirs of users only: mail would go there instead",
     "fallback_transport fallback_transport_maps local_transport=local:$myhostname luser_relay "
     "mail_spool_directory mailbox_command mailbox_command_maps mailbox_transport mailbox_transport_maps"},
    {Standing::refused, "Mayfly offers no TLS: nothing would be encrypted",
     "smtpd_enforce_tls=no smtpd_tls_req_ccert=no smtpd_tls_security_level=may smtpd_tls_wrappermode=no"},
    {Standing::refused, "the super-server chooses the addresses to listen on: set \"bind\" in its configuration",
     "inet_interfaces=all"},
    {Standing::refused, "Mayfly does not limit the size of mailboxes: use file system quotas",
     "mailbox_size_limit=0"},
    {Standing::no_effect, "the super-server accepts connections and limits them: set it there",
     "anvil_rate_time_unit anvil_status_update_time default_process_limit inet_protocols "
     "smtpd_client_auth_rate_limit smtpd_client_connection_count_limit "
     "smtpd_client_connection_limit_exceptions smtpd_client_connection_rate_limit "
     "smtpd_client_event_limit_exceptions smtpd_client_message_rate_limit "
     "smtpd_client_new_tls_session_rate_limit smtpd_client_recipient_rate_limit "
     "smtpd_upstream_proxy_protocol smtpd_upstream_proxy_timeout"},
    {Standing::no_effect, "Mayfly relays for nobody and trusts no client",
     "authorized_verp_clients local_header_rewrite_clients mynetworks mynetworks_style "
     "parent_domain_matches_subdomains proxy_interfaces relay_clientcerts relay_transport "
     "smtpd_authorized_verp_clients smtpd_authorized_xclient_hosts smtpd_authorized_xforward_hosts"},
    {Standing::no_effect, "Mayfly sends no mail to other hosts",
     "allow_srv_lookup_fallback best_mx_transport connection_cache_protocol_timeout "
     "connection_cache_service_name connection_cache_status_update_time connection_cache_ttl_limit "
     "default_delivery_slot_cost default_delivery_status_filter default_destination_rate_delay "
     "default_destination_recipient_limit default_extra_recipient_limit default_filter_nexthop "
     "default_recipient_limit default_transport defer_transports destination_concurrency_feedback_debug "
     "disable_dns_lookups dns_ncache_ttl_fix_enable dnssec_probe ignore_mx_lookup_error "
     "ignore_srv_lookup_error initial_destination_concurrency lmtp_assume_final "
     "lmtp_discard_lhlo_keyword_address_maps lmtp_discard_lhlo_keywords lmtp_lhlo_name lmtp_lhlo_timeout "
     "send_cyrus_sasl_authzid smtp_address_preference smtp_address_verify_target smtp_always_send_ehlo "
     "smtp_balance_inet_protocols smtp_bind_address smtp_bind_address6 smtp_bind_address_enforce "
     "smtp_body_checks smtp_cname_overrides_servername smtp_connect_timeout "
     "smtp_connection_cache_destinations smtp_connection_cache_on_demand smtp_connection_cache_time_limit "
     "smtp_connection_reuse_count_limit smtp_connection_reuse_time_limit smtp_data_done_timeout "
     "smtp_data_init_timeout smtp_data_xfer_timeout smtp_defer_if_no_mx_address_found "
     "smtp_delivery_status_filter smtp_discard_ehlo_keyword_address_maps smtp_discard_ehlo_keywords "
     "smtp_dns_reply_filter smtp_dns_resolver_options smtp_dns_support_level smtp_enforce_tls "
     "smtp_fallback_relay smtp_generic_maps smtp_header_checks smtp_helo_name smtp_helo_timeout "
     "smtp_host_lookup smtp_line_length_limit smtp_mail_timeout smtp_mime_header_checks smtp_min_data_rate "
     "smtp_mx_address_limit smtp_mx_session_limit smtp_nested_header_checks smtp_never_send_ehlo "
     "smtp_per_record_deadline smtp_per_request_deadline smtp_pix_workaround_delay_time "
     "smtp_pix_workaround_maps smtp_pix_workaround_threshold_time smtp_pix_workarounds smtp_quit_timeout "
     "smtp_quote_rfc821_envelope smtp_randomize_addresses smtp_rcpt_timeout smtp_reply_filter "
     "smtp_rset_timeout smtp_sasl_auth_cache_name smtp_sasl_auth_cache_time smtp_sasl_auth_enable "
     "smtp_sasl_auth_soft_bounce smtp_sasl_mechanism_filter smtp_sasl_password_maps "
     "smtp_sasl_password_result_delimiter smtp_sasl_path smtp_sasl_security_options "
     "smtp_sasl_tls_security_options smtp_sasl_tls_verified_security_options smtp_sasl_type "
     "smtp_send_dummy_mail_auth smtp_send_xforward_command smtp_sender_dependent_authentication "
     "smtp_skip_5xx_greeting smtp_skip_quit_response smtp_starttls_timeout smtp_tcp_port smtp_tls_CAfile "
     "smtp_tls_CApath smtp_tls_block_early_mail_reply smtp_tls_cert_file smtp_tls_chain_files "
     "smtp_tls_ciphers smtp_tls_connection_reuse smtp_tls_dane_insecure_mx_policy smtp_tls_dcert_file "
     "smtp_tls_dkey_file smtp_tls_eccert_file smtp_tls_eckey_file smtp_tls_enforce_peername "
     "smtp_tls_enforce_sts_mx_patterns smtp_tls_exclude_ciphers smtp_tls_fingerprint_cert_match "
     "smtp_tls_fingerprint_digest smtp_tls_force_insecure_host_tlsa_lookup smtp_tls_key_file "
     "smtp_tls_loglevel smtp_tls_mandatory_ciphers smtp_tls_mandatory_exclude_ciphers "
     "smtp_tls_mandatory_protocols smtp_tls_note_starttls_offer smtp_tls_per_site smtp_tls_policy_maps "
     "smtp_tls_protocols smtp_tls_scert_verifydepth smtp_tls_secure_cert_match smtp_tls_security_level "
     "smtp_tls_servername smtp_tls_session_cache_database smtp_tls_session_cache_timeout "
     "smtp_tls_trust_anchor_file smtp_tls_verify_cert_match smtp_tls_wrappermode smtp_tlsrpt_enable "
     "smtp_tlsrpt_skip_reused_handshakes smtp_tlsrpt_socket_name smtp_use_tls smtp_xforward_timeout "
     "tcp_windowsize transport_retry_time use_srv_lookup"},
    {Standing::no_effect, "Mayfly keeps no message in its queue and makes no bounces",
     "2bounce_notice_recipient authorized_flush_users authorized_mailq_users "
     "backwards_bounce_logfile_compatibility bounce_notice_recipient bounce_queue_lifetime "
     "bounce_service_name bounce_size_limit bounce_template_file confirm_delay_cleared "
     "default_verp_delimiters delay_logging_resolution_limit delay_notice_recipient delay_warning_time "
     "disable_verp_bounces dont_remove double_bounce_sender duplicate_filter_limit empty_address_recipient "
     "enable_long_queue_ids enable_threaded_bounces error_notice_recipient fast_flush_domains "
     "fast_flush_purge_time fast_flush_refresh_time hash_queue_depth hash_queue_names in_flow_delay "
     "maximal_backoff_time maximal_queue_lifetime minimal_backoff_time notify_classes qmgr_clog_warn_time "
     "qmgr_daemon_timeout qmgr_fudge_factor qmgr_ipc_timeout qmgr_message_active_limit "
     "qmgr_message_recipient_limit qmgr_message_recipient_minimum queue_file_attribute_count_limit "
     "queue_run_delay soft_bounce verp_delimiter_filter"},
    {Standing::no_effect, "Mayfly has no resident processes",
     "address_verify_service_name application_event_drain_time cleanup_service_name "
     "daemon_table_open_error_is_fatal daemon_timeout data_directory defer_service_name "
     "dnsblog_service_name error_service_name fault_injection_code flush_service_name fork_attempts "
     "fork_delay import_environment ipc_idle ipc_timeout ipc_ttl master_service_disable max_idle max_use "
     "pickup_service_name postlog_service_name postlogd_watchdog_timeout process_id process_id_directory "
     "process_name proxymap_service_name proxywrite_service_name queue_service_name reject_tempfail_action "
     "rewrite_service_name service_name service_throttle_time showq_service_name smtpd_service_name "
     "stale_lock_time stress tlsmgr_service_name tlsproxy_service_name trace_service_name trigger_timeout"},
    {Standing::no_effect, "clients are not screened",
     "dnsblog_reply_delay postscreen_allowlist_interfaces postscreen_bare_newline_action "
     "postscreen_bare_newline_enable postscreen_bare_newline_ttl postscreen_cache_cleanup_interval "
     "postscreen_cache_map postscreen_cache_retention_time postscreen_client_connection_count_limit "
     "postscreen_command_count_limit postscreen_command_filter postscreen_command_time_limit "
     "postscreen_disable_vrfy_command postscreen_discard_ehlo_keyword_address_maps "
     "postscreen_discard_ehlo_keywords postscreen_dnsbl_allowlist_threshold postscreen_dnsbl_max_ttl "
     "postscreen_dnsbl_min_ttl postscreen_dnsbl_reply_map postscreen_dnsbl_threshold "
     "postscreen_dnsbl_timeout postscreen_dnsbl_whitelist_threshold postscreen_enforce_tls "
     "postscreen_expansion_filter postscreen_forbidden_commands postscreen_greet_banner "
     "postscreen_greet_ttl postscreen_greet_wait postscreen_helo_required "
     "postscreen_non_smtp_command_action postscreen_non_smtp_command_enable "
     "postscreen_non_smtp_command_ttl postscreen_pipelining_action postscreen_pipelining_enable "
     "postscreen_pipelining_ttl postscreen_post_queue_limit postscreen_pre_queue_limit "
     "postscreen_reject_footer postscreen_reject_footer_maps postscreen_tls_security_level "
     "postscreen_upstream_proxy_protocol postscreen_upstream_proxy_timeout postscreen_use_tls "
     "postscreen_watchdog_timeout postscreen_whitelist_interfaces"},
    {Standing::no_effect, "Mayfly offers no TLS",
     "openssl_path smtpd_starttls_timeout smtpd_tls_CAfile smtpd_tls_CApath "
     "smtpd_tls_always_issue_session_ids smtpd_tls_ask_ccert smtpd_tls_auth_only "
     "smtpd_tls_ccert_verifydepth smtpd_tls_cert_file smtpd_tls_chain_files smtpd_tls_ciphers "
     "smtpd_tls_dcert_file smtpd_tls_dh1024_param_file smtpd_tls_dh512_param_file smtpd_tls_dkey_file "
     "smtpd_tls_eccert_file smtpd_tls_eckey_file smtpd_tls_eecdh_grade smtpd_tls_exclude_ciphers "
     "smtpd_tls_fingerprint_digest smtpd_tls_key_file smtpd_tls_loglevel smtpd_tls_mandatory_ciphers "
     "smtpd_tls_mandatory_exclude_ciphers smtpd_tls_mandatory_protocols smtpd_tls_protocols "
     "smtpd_tls_received_header smtpd_tls_session_cache_database smtpd_tls_session_cache_timeout "
     "smtpd_use_tls tls_append_default_CA tls_config_file tls_config_name tls_daemon_random_bytes "
     "tls_dane_digests tls_disable_workarounds tls_eecdh_auto_curves tls_eecdh_strong_curve "
     "tls_eecdh_ultra_curve tls_export_cipherlist tls_fast_shutdown_enable tls_ffdhe_auto_groups "
     "tls_high_cipherlist tls_legacy_public_key_fingerprints tls_low_cipherlist tls_medium_cipherlist "
     "tls_null_cipherlist tls_preempt_cipherlist tls_random_bytes tls_random_exchange_name "
     "tls_random_prng_update_period tls_random_reseed_period tls_random_source tls_server_sni_maps "
     "tls_session_ticket_cipher tls_ssl_options tls_wildcard_matches_multiple_labels "
     "tlsproxy_client_CAfile tlsproxy_client_CApath tlsproxy_client_cert_file tlsproxy_client_chain_files "
     "tlsproxy_client_dcert_file tlsproxy_client_dkey_file tlsproxy_client_eccert_file "
     "tlsproxy_client_eckey_file tlsproxy_client_enforce_tls tlsproxy_client_fingerprint_digest "
     "tlsproxy_client_key_file tlsproxy_client_level tlsproxy_client_loglevel "
     "tlsproxy_client_loglevel_parameter tlsproxy_client_per_site tlsproxy_client_policy "
     "tlsproxy_client_policy_maps tlsproxy_client_scert_verifydepth tlsproxy_client_security_level "
     "tlsproxy_client_use_tls tlsproxy_enforce_tls tlsproxy_tls_CAfile tlsproxy_tls_CApath "
     "tlsproxy_tls_always_issue_session_ids tlsproxy_tls_ask_ccert tlsproxy_tls_ccert_verifydepth "
     "tlsproxy_tls_cert_file tlsproxy_tls_chain_files tlsproxy_tls_ciphers tlsproxy_tls_dcert_file "
     "tlsproxy_tls_dh1024_param_file tlsproxy_tls_dh512_param_file tlsproxy_tls_dkey_file "
     "tlsproxy_tls_eccert_file tlsproxy_tls_eckey_file tlsproxy_tls_eecdh_grade "
     "tlsproxy_tls_exclude_ciphers tlsproxy_tls_fingerprint_digest tlsproxy_tls_key_file "
     "tlsproxy_tls_loglevel tlsproxy_tls_mandatory_ciphers tlsproxy_tls_mandatory_exclude_ciphers "
     "tlsproxy_tls_mandatory_protocols tlsproxy_tls_protocols tlsproxy_tls_req_ccert "
     "tlsproxy_tls_security_level tlsproxy_use_tls tlsproxy_watchdog_timeout"},
    {Standing::no_effect, "nobody logs in to Mayfly",
     "broken_sasl_auth_clients cyrus_sasl_config_path smtpd_sasl_auth_enable "
     "smtpd_sasl_authenticated_header smtpd_sasl_exceptions_networks smtpd_sasl_local_domain "
     "smtpd_sasl_mechanism_filter smtpd_sasl_path smtpd_sasl_response_limit smtpd_sasl_security_options "
     "smtpd_sasl_service smtpd_sasl_tls_security_options smtpd_sasl_type"},
    {Standing::no_effect, "there are no virtual mailboxes",
     "virtual_delivery_status_filter virtual_gid_maps virtual_mailbox_limit virtual_mailbox_lock "
     "virtual_minimum_uid virtual_uid_maps"},
    {Standing::no_effect, "there are no restrictions that it would apply to",
     "access_map_defer_code access_map_reject_code address_verify_cache_cleanup_interval "
     "address_verify_default_transport address_verify_local_transport address_verify_map "
     "address_verify_negative_cache address_verify_negative_expire_time "
     "address_verify_negative_refresh_time address_verify_pending_request_limit address_verify_poll_count "
     "address_verify_poll_delay address_verify_positive_expire_time address_verify_positive_refresh_time "
     "address_verify_relay_transport address_verify_relayhost address_verify_sender "
     "address_verify_sender_dependent_default_transport_maps "
     "address_verify_sender_dependent_relayhost_maps address_verify_sender_ttl "
     "address_verify_transport_maps address_verify_virtual_transport default_rbl_reply defer_code "
     "invalid_hostname_reject_code maps_rbl_reject_code multi_recipient_bounce_reject_code "
     "non_fqdn_reject_code plaintext_reject_code rbl_reply_maps reject_code relay_domains_reject_code "
     "show_user_unknown_table_name smtpd_delay_reject smtpd_expansion_filter "
     "smtpd_forbid_bare_newline_exclusions smtpd_forbid_bare_newline_reject_code "
     "smtpd_log_access_permit_actions smtpd_null_access_lookup_key smtpd_policy_service_default_action "
     "smtpd_policy_service_max_idle smtpd_policy_service_max_ttl smtpd_policy_service_policy_context "
     "smtpd_policy_service_request_limit smtpd_policy_service_retry_delay smtpd_policy_service_timeout "
     "smtpd_policy_service_try_limit smtpd_reject_footer smtpd_reject_footer_maps "
     "smtpd_relay_before_recipient_restrictions unknown_address_reject_code "
     "unknown_address_tempfail_action unknown_client_reject_code unknown_helo_hostname_tempfail_action "
     "unknown_hostname_reject_code unknown_local_recipient_reject_code unknown_relay_recipient_reject_code "
     "unknown_virtual_alias_reject_code unknown_virtual_mailbox_reject_code "
     "unverified_recipient_defer_code unverified_recipient_reject_code unverified_recipient_reject_reason "
     "unverified_recipient_tempfail_action unverified_sender_defer_code unverified_sender_reject_code "
     "unverified_sender_reject_reason unverified_sender_tempfail_action"},
    {Standing::no_effect, "messages are not looked into",
     "body_checks_size_limit detect_8bit_encoding_header disable_mime_input_processing "
     "disable_mime_output_conversion force_mime_input_conversion header_address_token_limit "
     "header_size_limit internal_mail_filter_classes milter_command_timeout milter_connect_macros "
     "milter_connect_timeout milter_content_timeout milter_data_macros milter_default_action "
     "milter_end_of_data_macros milter_end_of_header_macros milter_helo_macros milter_macro_daemon_name "
     "milter_macro_defaults milter_macro_v milter_mail_macros milter_protocol milter_rcpt_macros "
     "milter_unknown_command_macros mime_boundary_length_limit mime_nesting_limit receive_override_options "
     "smtpd_proxy_ehlo smtpd_proxy_options smtpd_proxy_timeout strict_7bit_headers strict_8bitmime "
     "strict_8bitmime_body strict_mime_encoding_domain strict_smtputf8"},
    {Standing::no_effect, "addresses and header fields stay as they are",
     "allow_percent_hack allow_untrusted_routing always_add_missing_headers append_at_myorigin "
     "append_dot_mydomain canonical_classes cleanup_replace_stray_cr_lf "
     "empty_address_default_transport_maps_lookup_key empty_address_local_login_sender_maps_lookup_key "
     "empty_address_relayhost_maps_lookup_key enable_original_recipient full_name_encoding_charset "
     "header_from_format masquerade_classes masquerade_exceptions message_drop_headers "
     "propagate_unmatched_extensions recipient_canonical_classes remote_header_rewrite_domain "
     "resolve_dequoted_address resolve_null_domain resolve_numeric_domain sender_canonical_classes "
     "sun_mailtool_compatibility swap_bangpath undisclosed_recipients_header "
     "virtual_alias_address_length_limit virtual_alias_expansion_limit virtual_alias_recursion_limit"},
    {Standing::no_effect, "mail is not delivered to commands, files or by .forward",
     "allow_mail_to_commands allow_mail_to_files command_directory command_execution_directory "
     "command_expansion_filter command_time_limit default_privs execution_directory_expansion_filter "
     "expand_owner_alias export_environment forward_expansion_filter forward_path local_command_shell "
     "owner_request_special reset_owner_alias"},
    {Standing::no_effect, "deliver decides it",
     "allow_min_user biff deliver_lock_attempts deliver_lock_delay frozen_delivered_to hopcount_limit "
     "local_delivery_status_filter mailbox_delivery_lock pipe_delivery_status_filter "
     "prepend_delivered_header require_home_directory strict_mailbox_ownership"},
    {Standing::no_effect, "recipients are always looked up in accounts and alias_maps",
     "local_recipient_maps smtpd_reject_unlisted_recipient"},
    {Standing::no_effect, "the SMTP server has it fixed",
     "enable_idna2003_compatibility helpful_warnings smtpd_client_port_logging "
     "smtpd_delay_open_until_valid_rcpt smtpd_discard_ehlo_keyword_address_maps "
     "smtpd_discard_ehlo_keywords smtpd_dns_reply_filter smtpd_hide_client_session "
     "smtpd_history_flush_threshold smtpd_noop_commands smtpd_peername_lookup smtpd_per_record_deadline "
     "smtpd_per_request_deadline smtputf8_autodetect_classes smtputf8_enable"},
    {Standing::no_effect, "tables are text files, read as they are",
     "alias_database berkeley_db_create_buffer_size berkeley_db_read_buffer_size default_database_type "
     "lmdb_map_size proxy_read_maps proxy_write_maps"},
    {Standing::no_effect, "it belongs to an installation of Postfix",
     "alternate_config_directories compatibility_level config_directory daemon_directory html_directory "
     "known_tcp_ports mail_release_date mail_version mailq_path manpage_directory meta_directory "
     "multi_instance_directories multi_instance_enable multi_instance_group multi_instance_name "
     "multi_instance_wrapper newaliases_path postmulti_control_commands postmulti_start_commands "
     "postmulti_stop_commands readme_directory sample_directory sendmail_path setgid_group shlib_directory"},
    {Standing::no_effect, "Mayfly logs in its own way",
     "debug_peer_level debug_peer_list debugger_command info_log_address_format maillog_file "
     "maillog_file_compressor maillog_file_prefixes maillog_file_rotate_suffix respectful_logging"},
    {Standing::no_effect, "Mayfly has no such program",
     "qmqpd_authorized_clients qmqpd_client_port_logging qmqpd_error_delay qmqpd_timeout "
     "sendmail_fix_line_endings"},
};
// clang-format on

constexpr auto transport_suffixes = std::to_array<std::string_view>({
    "_delivery_slot_cost",
    "_delivery_slot_discount",
    "_delivery_slot_loan",
    "_destination_concurrency_failed_cohort_limit",
    "_destination_concurrency_limit",
    "_destination_concurrency_negative_feedback",
    "_destination_concurrency_positive_feedback",
    "_destination_rate_delay",
    "_destination_recipient_limit",
    "_extra_recipient_limit",
    "_initial_destination_concurrency",
    "_minimum_delivery_slots",
    "_recipient_limit",
    "_recipient_refill_delay",
    "_recipient_refill_limit",
    "_time_limit",
    "_transport_rate_delay",
});

constexpr PostfixParameter of_transport{Standing::no_effect, "there are no transports with limits of their own", {}};

std::optional<PostfixParameter> find_listed(std::string_view name) {
    for (const auto& group : groups)
        for (const auto entry : text::split(group.names, " ")) {
            const auto equals = std::min(entry.find('='), entry.size());
            if (entry.substr(0, equals) != name) continue;
            const auto harmless = entry.substr(std::min(equals + 1, entry.size()));
            return PostfixParameter{group.standing, group.reason, harmless};
        }
    return std::nullopt;
}

}  // namespace

std::span<const PostfixGroup> postfix_groups() { return groups; }

std::optional<PostfixParameter> find_postfix(std::string_view name) {
    if (auto listed = find_listed(name)) return listed;
    if (name.starts_with("lmtp_"))
        if (auto as_smtp = find_listed("smtp_" + std::string(name.substr(5)))) return as_smtp;
    if (std::ranges::any_of(transport_suffixes, [&](auto suffix) { return name.ends_with(suffix); }))
        return of_transport;
    return std::nullopt;
}

}  // namespace mail::mayfly
