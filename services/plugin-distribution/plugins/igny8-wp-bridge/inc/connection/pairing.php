<?php
/**
 * Pairing: proving the API key once, trading public keys, learning where to send events.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Connection;

use IGNY8\Bridge\Identity;
use IGNY8\Bridge\Log;
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Safe_Mode;
use IGNY8\Bridge\Structure;
use IGNY8\Bridge\Updates;
use WP_Error;
use const IGNY8\Bridge\VERSION;

const PAIRING_OPTION   = 'igny8_bridge_pairing';
const LAST_TEST_OPTION = 'igny8_bridge_last_test';
const PAIRING_PATH     = '/api/v1/integration/integrations/test-connection/';

/**
 * Keep the settings that are given, and test them.
 *
 * @param array $given As save_settings() takes them.
 * @return array|WP_Error As test(), or why they cannot be kept.
 */
function save_and_test( array $given ) {
	$saved = save_settings( $given );
	if ( is_wp_error( $saved ) ) {
		remember_test( false, $saved->get_error_code(), $saved->get_error_message(), [] );
		return $saved;
	}
	return test();
}

/**
 * Prove the key to the platform and pair with it, keeping the outcome for the settings page.
 *
 * @return array|WP_Error The platform's data with its checks, or its refusal.
 */
function test() {
	$outcome = ask_platform();
	if ( is_wp_error( $outcome ) ) {
		remember_test( false, $outcome->get_error_code(), $outcome->get_error_message(), [] );
		return $outcome;
	}
	$outcome['checks'] = with_own_checks( $outcome );
	keep_pairing( $outcome );
	remember_test( true, '', isset( $outcome['message'] ) ? (string) $outcome['message'] : '', $outcome['checks'] );
	Outbound\keep_scheduled();
	Outbound\forget_backoff();
	Structure\be_due( time() );
	Updates\be_due( time() );
	return $outcome;
}

/**
 * Ask the platform whether it knows this site and key.
 *
 * @return array|WP_Error
 */
function ask_platform() {
	if ( is_key_unreadable() ) {
		return new WP_Error( 'key_unreadable', __( 'The salts in wp-config.php have changed, so the stored API key cannot be opened. Enter it once more.', 'igny8-wp-bridge' ) );
	}
	if ( '' === api_url() || ! site_id() || ! Identity\is_api_key( api_key() ) ) {
		return new WP_Error( 'settings_incomplete', __( 'Enter the API URL, the site id and the API key first.', 'igny8-wp-bridge' ) );
	}
	$response = wp_remote_post(
		api_url() . PAIRING_PATH,
		[
			'timeout'     => 20,
			'redirection' => 0,
			'headers'     => key_headers() + [
				'Content-Type' => 'application/json',
				'Accept'       => 'application/json, application/problem+json',
			],
			'body'        => wp_json_encode( self_description() ),
		]
	);
	if ( is_wp_error( $response ) ) {
		/* translators: %s: technical reason */
		return new WP_Error( 'unreachable', sprintf( __( 'The platform cannot be reached from this server: %s', 'igny8-wp-bridge' ), $response->get_error_message() ) );
	}
	return read_answer( (int) wp_remote_retrieve_response_code( $response ), (string) wp_remote_retrieve_body( $response ) );
}

/**
 * Read the platform's answer.
 *
 * @return array|WP_Error
 */
function read_answer( int $status, string $body ) {
	$answer = json_decode( $body, true );
	if ( 200 === $status && is_array( $answer ) && ! empty( $answer['success'] ) && isset( $answer['data'] ) && is_array( $answer['data'] ) ) {
		return $answer['data'];
	}
	if ( is_array( $answer ) && isset( $answer['code'] ) && is_string( $answer['code'] ) ) {
		$detail = isset( $answer['detail'] ) && is_string( $answer['detail'] ) ? $answer['detail'] : $answer['code'];
		return new WP_Error(
			$answer['code'],
			$detail,
			[
				'status'  => $status,
				'problem' => $answer,
			]
		);
	}
	/* translators: %d: HTTP status */
	return new WP_Error( 'unexpected_answer', sprintf( __( 'The address answers, but not as IGNY8 does (HTTP %d). Is the API URL right?', 'igny8-wp-bridge' ), $status ), [ 'status' => $status ] );
}

/** Say who is asking. */
function self_description(): array {
	$self = [
		'site_id'        => site_id(),
		'site_url'       => current_address(),
		'rest_url'       => get_rest_url(),
		'plugin_version' => VERSION,
		'wp_version'     => get_bloginfo( 'version' ),
		'php_version'    => PHP_VERSION,
	];
	$key  = Identity\own_public_key();
	return '' === $key ? $self : $self + [ 'public_key' => $key ];
}

/** Carry the API key in both headers, for hosts that strip one of them. */
function key_headers(): array {
	return [
		'X-IGNY8-API-KEY' => api_key(),
		'Authorization'   => 'Bearer ' . api_key(),
	];
}

/** Keep what the platform said about itself; a public key once given is never dropped for an answer without one. */
function keep_pairing( array $data ): void {
	$known = pairing();
	$key   = isset( $data['platform_public_key'] ) ? (string) $data['platform_public_key'] : '';
	if ( '' === Identity\public_key( $key ) ) {
		$key = isset( $known['platform_public_key'] ) ? (string) $known['platform_public_key'] : '';
	}
	$webhook_url = isset( $data['webhook_url'] ) ? untrailingslashit( (string) $data['webhook_url'] ) : '';
	$plugin_url  = isset( $data['plugin_url'] ) ? untrailingslashit( (string) $data['plugin_url'] ) : '';
	Safe_Mode\forget();
	update_option(
		PAIRING_OPTION,
		[
			'with'                => counterpart(),
			'site_address'        => current_address(),
			'platform_public_key' => $key,
			'webhook_url'         => is_platform_url( $webhook_url ) ? $webhook_url : '',
			'plugin_url'          => is_platform_url( $plugin_url ) ? $plugin_url : '',
			'site_name'           => isset( $data['site_name'] ) ? sanitize_text_field( (string) $data['site_name'] ) : '',
			'integration_id'      => isset( $data['integration_id'] ) ? (int) $data['integration_id'] : 0,
			'signed'              => ! empty( $data['signed'] ),
			'paired_at'           => time(),
		],
		false
	);
}

/** Read the pairing; empty when there is none with the platform and site the settings name. */
function pairing(): array {
	$stored = get_option( PAIRING_OPTION );
	return is_array( $stored ) && isset( $stored['with'] ) && counterpart() === $stored['with'] ? $stored : [];
}

/** Tell whether the platform has accepted this site. */
function is_paired(): bool {
	return [] !== pairing() && Identity\is_api_key( api_key() );
}

/** Tell the platform's public key in base64, '' when it gave none. */
function platform_public_key(): string {
	$pairing = pairing();
	return $pairing ? (string) $pairing['platform_public_key'] : '';
}

/** Tell where events go, '' while nowhere. */
function webhook_url(): string {
	return is_paired() && ! has_moved() ? (string) pairing()['webhook_url'] : '';
}

/** Forget the pairing. */
function forget_pairing(): void {
	delete_option( PAIRING_OPTION );
	Structure\forget();
	Safe_Mode\forget();
}

/** Name the platform and site the settings point to. */
function counterpart(): string {
	return api_url() . '#' . site_id();
}

/** Read the outcome of the last test, empty when there was none. */
function last_test(): array {
	$last = get_option( LAST_TEST_OPTION );
	return is_array( $last ) ? $last : [];
}

/** Keep the outcome of a test for the settings page and Site Health. */
function remember_test( bool $ok, string $code, string $detail, array $checks ): void {
	$last = [
		'at'     => time(),
		'ok'     => $ok,
		'code'   => $code,
		'detail' => $detail,
		'checks' => $checks,
	];
	update_option( LAST_TEST_OPTION, $last, false );
	Log\note( $ok ? 'sent' : 'failed', 'test-connection', $ok ? 'ok' : $code, $ok ? '' : $detail );
}

/** Add what only this side can see to the platform's checks. */
function with_own_checks( array $data ): array {
	$checks = isset( $data['checks'] ) && is_array( $data['checks'] ) ? array_values( array_filter( $data['checks'], 'is_array' ) ) : [];
	$theirs = isset( $data['platform_time'] ) ? strtotime( (string) $data['platform_time'] ) : false;
	if ( false !== $theirs ) {
		$off      = time() - $theirs;
		$checks[] = [
			'name'   => 'site_clock',
			'ok'     => abs( $off ) <= Identity\WINDOW_SECONDS,
			/* translators: %d: seconds */
			'detail' => sprintf( __( 'This server\'s clock is %d s off the platform\'s.', 'igny8-wp-bridge' ), $off ),
			'fix'    => abs( $off ) <= Identity\WINDOW_SECONDS ? '' : __( 'Ask your host to set the server\'s clock (NTP).', 'igny8-wp-bridge' ),
		];
	}
	$checks[] = [
		'name'   => 'signing',
		'ok'     => Identity\can_sign(),
		'detail' => Identity\can_sign() ? __( 'This site signs what it sends.', 'igny8-wp-bridge' ) : __( 'This PHP cannot make signatures.', 'igny8-wp-bridge' ),
		'fix'    => Identity\can_sign() ? '' : __( 'Ask your host to switch on the PHP extension sodium.', 'igny8-wp-bridge' ),
	];
	return $checks;
}
