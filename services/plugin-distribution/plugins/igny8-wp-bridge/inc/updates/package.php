<?php
/**
 * The download: asked for anew with a grant, fetched to a temporary file, judged, and only then handed to WordPress.
 *
 * Every update of this plugin comes through here, whatever address WordPress was told. What an administrator uploads does not:
 * that is his to decide.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Updates;

use WP_Error;
use const IGNY8\Bridge\FILE;

/** No package of ours comes near this; it bounds what a mistake can cost. */
const MOST_BYTES = 67108864;

const DOWNLOAD_TIMEOUT = 300;

/**
 * Answer WordPress with a file that may be installed, or with a refusal.
 *
 * @param mixed  $reply      What another said; here it does not matter.
 * @param string $package    The address WordPress was told.
 * @param object $upgrader   The upgrader.
 * @param array  $hook_extra What is being updated.
 * @return mixed
 */
function answer_download( $reply, $package, $upgrader, $hook_extra = [] ) {
	if ( ! is_update_of_ours( $hook_extra ) && ! is_our_package( (string) $package ) ) {
		return $reply;
	}
	verified_version( '' );
	if ( isset( $upgrader->skin ) && is_object( $upgrader->skin ) ) {
		$upgrader->skin->feedback( __( 'Downloading from IGNY8 and checking the signature&#8230;', 'igny8-wp-bridge' ) );
	}
	return in_asking_blog( __NAMESPACE__ . '\\fetch_verified' );
}

/** Tell whether WordPress is updating this plugin. */
function is_update_of_ours( $hook_extra ): bool {
	return is_array( $hook_extra ) && isset( $hook_extra['plugin'] ) && plugin_basename( FILE ) === $hook_extra['plugin'];
}

/** Tell whether an address is what we offer, as when it is installed from the details window. */
function is_our_package( string $package ): bool {
	$offered = (string) ( kept()['answer']['package'] ?? '' );
	return '' !== $offered && $offered === $package;
}

/**
 * Fetch what is offered, and judge it.
 *
 * @return string|WP_Error The file.
 */
function fetch_verified() {
	$keys = release_keys();
	if ( ! $keys ) {
		return refusal( 'release_keys_missing' );
	}
	$version = offered_version();
	if ( '' === $version ) {
		return refusal( 'no_update' );
	}
	if ( wp_doing_cron() && failure()['version'] === $version ) {
		return refusal( 'failed_before', $version );
	}
	$data  = ask( 'POST', '/download-grant/', [ 'version' => $version ], true );
	$grant = is_wp_error( $data ) ? $data : read_grant( $data );
	if ( is_wp_error( $grant ) ) {
		return $grant;
	}
	$trusted = judge_statement( $grant, $keys );
	if ( true !== $trusted ) {
		return $trusted;
	}
	$file = fetch( $grant );
	if ( is_wp_error( $file ) ) {
		return $file;
	}
	$verdict = judge_file( $file, $grant );
	$verdict = true === $verdict ? judge_archive( $file, $version ) : $verdict;
	$verdict = true === $verdict ? check_log( $grant, $keys ) : $verdict;
	if ( true !== $verdict ) {
		wp_delete_file( $file );
		return $verdict;
	}
	verified_version( $grant['version'] );
	return $file;
}

/** Tell which version WordPress was offered. */
function offered_version(): string {
	$known   = get_site_transient( 'update_plugins' );
	$update  = is_object( $known ) ? (array) ( $known->response[ plugin_basename( FILE ) ] ?? [] ) : [];
	$version = version_in( $update, 'new_version' );
	return '' !== $version ? $version : (string) ( current_answer()['version'] ?? '' );
}

/**
 * Read a grant. Of its address only the grant itself is taken: this plugin opens no address it was sent.
 *
 * @return array|WP_Error
 */
function read_grant( array $data ) {
	parse_str( (string) wp_parse_url( address_in( $data, 'url' ), PHP_URL_QUERY ), $query );
	$grant = [
		'version'   => version_in( $data, 'version' ),
		'sha256'    => is_digest( $data['sha256'] ?? null ) ? $data['sha256'] : '',
		'size'      => isset( $data['size'] ) && is_int( $data['size'] ) ? $data['size'] : 0,
		'key_id'    => isset( $data['key_id'] ) && is_string( $data['key_id'] ) ? $data['key_id'] : '',
		'signature' => isset( $data['signature'] ) && is_string( $data['signature'] ) ? $data['signature'] : '',
		'grant'     => isset( $query['grant'] ) && is_string( $query['grant'] ) ? $query['grant'] : '',
	];
	$whole = '' !== $grant['version'] && '' !== $grant['sha256'] && $grant['size'] > 0 && $grant['size'] <= MOST_BYTES && '' !== $grant['grant'];
	return $whole ? $grant : refusal( 'unexpected_answer', 'download-grant' );
}

/**
 * Fetch the package into a temporary file, one byte more than was signed at most.
 *
 * @return string|WP_Error
 */
function fetch( array $grant ) {
	require_once ABSPATH . 'wp-admin/includes/file.php';
	$file = wp_tempnam( SLUG . '.zip' );
	if ( ! $file ) {
		return refusal( 'not_stored' );
	}
	$query    = [
		'version' => $grant['version'],
		'grant'   => $grant['grant'],
	];
	$response = wp_remote_get(
		service_url( '/download/?' . http_build_query( $query, '', '&', PHP_QUERY_RFC3986 ) ),
		[
			'timeout'             => DOWNLOAD_TIMEOUT,
			'redirection'         => 0,
			'stream'              => true,
			'filename'            => $file,
			'limit_response_size' => $grant['size'] + 1,
			'decompress'          => false,
			'headers'             => [ 'Accept-Encoding' => 'identity' ],
		]
	);
	$status   = is_wp_error( $response ) ? 0 : (int) wp_remote_retrieve_response_code( $response );
	if ( 200 === $status ) {
		return $file;
	}
	$said = is_wp_error( $response ) ? refusal( 'unreachable', $response->get_error_message() ) : \IGNY8\Bridge\Connection\read_answer( $status, (string) file_get_contents( $file, false, null, 0, 65536 ) ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- a local file.
	wp_delete_file( $file );
	return is_wp_error( $said ) ? $said : refusal( 'unexpected_answer', 'download' );
}

/** Remember, or read, which version this request has verified; '' if none. */
function verified_version( ?string $set = null ): string {
	static $version = '';
	if ( null !== $set ) {
		$version = $set;
	}
	return $version;
}
