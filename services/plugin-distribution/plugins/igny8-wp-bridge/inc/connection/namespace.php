<?php
/**
 * Which platform, which site there, which key: the settings and who may override them.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Connection;

use IGNY8\Bridge\Identity;
use IGNY8\Bridge\Structure;
use WP_Error;

const SETTINGS_OPTION = 'igny8_bridge_settings';
const DEFAULT_API_URL = 'https://api.igny8.com';

/**
 * Keep the settings that are given; an empty API key leaves the stored one as it is.
 *
 * @param array $given Of api_url, site_id, api_key, default_author.
 * @return true|WP_Error
 */
function save_settings( array $given ) {
	$settings = stored_settings();
	$before   = counterpart();
	if ( isset( $given['api_url'] ) ) {
		$url = untrailingslashit( trim( (string) $given['api_url'] ) );
		if ( ! is_platform_url( $url ) ) {
			return new WP_Error( 'invalid_api_url', __( 'Enter an API URL that begins with https:// and names a host. For http:// on a test system, set WP_ENVIRONMENT_TYPE in wp-config.php to local, development or staging.', 'igny8-wp-bridge' ) );
		}
		$settings['api_url'] = esc_url_raw( $url );
	}
	if ( isset( $given['site_id'] ) ) {
		if ( ! preg_match( '/\A[1-9][0-9]{0,18}\z/', trim( (string) $given['site_id'] ) ) ) {
			return new WP_Error( 'invalid_site_id', __( 'The site id is the number IGNY8 shows beside the site.', 'igny8-wp-bridge' ) );
		}
		$settings['site_id'] = (int) $given['site_id'];
	}
	$key = isset( $given['api_key'] ) ? trim( (string) $given['api_key'] ) : '';
	if ( '' !== $key ) {
		if ( ! Identity\is_api_key( $key ) ) {
			return new WP_Error( 'invalid_api_key', __( 'This is not an IGNY8 API key: they begin with igny8_live_. Copy it once more, as a whole.', 'igny8-wp-bridge' ) );
		}
		if ( ! Identity\can_sign() ) {
			return new WP_Error( 'sodium_missing', __( 'This PHP has no sodium extension, so the key cannot be kept safely. Put it into wp-config.php as IGNY8_API_KEY.', 'igny8-wp-bridge' ) );
		}
		$settings['api_key'] = Identity\seal( $key );
	}
	if ( isset( $given['default_author'] ) ) {
		$settings['default_author'] = absint( $given['default_author'] );
	}
	update_option( SETTINGS_OPTION, $settings, false );
	if ( counterpart() !== $before ) {
		Structure\forget();
	}
	return true;
}

/** Forget the key and the pairing; the address and the site id stay for the next time. */
function disconnect(): void {
	$settings            = stored_settings();
	$settings['api_key'] = '';
	update_option( SETTINGS_OPTION, $settings, false );
	forget_pairing();
	delete_option( LAST_TEST_OPTION );
}

/** Tell the platform's address, without a trailing slash. */
function api_url(): string {
	return is_fixed( 'api_url' ) ? untrailingslashit( (string) IGNY8_API_URL ) : stored_settings()['api_url'];
}

/** Tell this site's id on the platform, 0 when there is none. */
function site_id(): int {
	return is_fixed( 'site_id' ) ? (int) IGNY8_SITE_ID : (int) stored_settings()['site_id'];
}

/** Tell the API key, '' when there is none or it cannot be opened any more. */
function api_key(): string {
	return is_fixed( 'api_key' ) ? (string) IGNY8_API_KEY : Identity\unseal( (string) stored_settings()['api_key'] );
}

/** Tell whether a key is stored that other salts sealed. */
function is_key_unreadable(): bool {
	return ! is_fixed( 'api_key' ) && '' !== stored_settings()['api_key'] && '' === api_key();
}

/** Tell whether wp-config.php decides a setting. */
function is_fixed( string $setting ): bool {
	$name = 'IGNY8_' . strtoupper( $setting );
	return defined( $name ) && '' !== (string) constant( $name );
}

/** Tell the user the platform speaks as: the chosen one, else the first administrator. */
function default_author(): int {
	$chosen = (int) stored_settings()['default_author'];
	if ( $chosen && get_userdata( $chosen ) ) {
		return $chosen;
	}
	$first = get_users(
		[
			'role'    => 'administrator',
			'orderby' => 'ID',
			'number'  => 1,
			'fields'  => 'ID',
		]
	);
	return $first ? (int) $first[0] : 0;
}

/** Read what is stored, with every key present. */
function stored_settings(): array {
	$stored = get_option( SETTINGS_OPTION );
	return ( is_array( $stored ) ? $stored : [] ) + [
		'api_url'        => DEFAULT_API_URL,
		'site_id'        => 0,
		'api_key'        => '',
		'default_author' => 0,
	];
}

/** Recognise an address the platform may have. */
function is_platform_url( string $url ): bool {
	$parts = wp_parse_url( $url );
	return is_array( $parts ) && isset( $parts['scheme'], $parts['host'] )
		&& ( 'https' === $parts['scheme'] || ( 'http' === $parts['scheme'] && may_be_plain( $parts['host'] ) ) )
		&& ! isset( $parts['user'] ) && ! isset( $parts['query'] ) && ! isset( $parts['fragment'] );
}

/** Tell whether the API key may go to a host without TLS: on this machine, or from a test system. */
function may_be_plain( string $host ): bool {
	return in_array( strtolower( $host ), [ 'localhost', '127.0.0.1', '[::1]' ], true ) || 'production' !== wp_get_environment_type();
}
