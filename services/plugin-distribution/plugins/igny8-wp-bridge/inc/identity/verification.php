<?php
/**
 * Who may speak to this site: the platform, by its signature; a platform without one, by the API key.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Identity;

use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Safe_Mode;
use IGNY8\Bridge\Storage;
use WP_Error;
use WP_REST_Request;

/**
 * Let the platform in and nobody else.
 *
 * WordPress asks twice for one request, the second time for the Allow header; an id can be used once only, so the
 * first verdict is kept.
 *
 * @return true|WP_Error
 */
function verify_request( WP_REST_Request $request ) {
	static $judged = null, $verdict = null;
	if ( $judged !== $request ) {
		$judged  = $request;
		$verdict = judge( $request );
		if ( true === $verdict && Safe_Mode\is_on() && ! Safe_Mode\answers( $request ) ) {
			$verdict = new WP_Error( 'safe_mode', 'This is a copy of the paired site under another address. It does nothing for the platform until it is paired itself.', [ 'status' => 409 ] );
		}
	}
	return $verdict;
}

/**
 * Judge a request by what this site knows of the platform.
 *
 * @return true|WP_Error
 */
function judge( WP_REST_Request $request ) {
	if ( is_body_cut( $request ) ) {
		return new WP_Error( 'too_large', 'The request is larger than this server takes (post_max_size).', [ 'status' => 413 ] );
	}
	$platform_key = public_key( Connection\platform_public_key() );
	if ( '' !== $platform_key ) {
		return judge_signature( $request, $platform_key );
	}
	$stored        = Connection\api_key();
	$key_header    = $request->get_header( 'x-igny8-api-key' );
	$authorization = $request->get_header( 'authorization' );
	if ( ! is_api_key( $stored ) || ( null === $key_header && null === $authorization ) ) {
		return refuse( 'not_paired', 'This site is not paired with the platform: save and test its connection under Settings > IGNY8.' );
	}
	return proves_api_key( $stored, $key_header, $authorization ) ? true : refuse( 'key_invalid', 'The API key is not this site\'s.' );
}

/**
 * Judge a signed request.
 *
 * @return true|WP_Error
 */
function judge_signature( WP_REST_Request $request, string $platform_key ) {
	$id        = (string) $request->get_header( 'webhook-id' );
	$timestamp = (string) $request->get_header( 'webhook-timestamp' );
	$header    = (string) $request->get_header( 'webhook-signature' );
	if ( '' === $id || '' === $timestamp || '' === $header ) {
		return refuse( 'signature_missing', 'The request carries no webhook-id, webhook-timestamp or webhook-signature.' );
	}
	if ( ! is_message_id( $id ) ) {
		return refuse( 'signature_invalid', 'The webhook-id is malformed.' );
	}
	if ( ! is_within_window( $timestamp, time() ) ) {
		return refuse( 'timestamp_out_of_window', 'The request is more than five minutes off this server\'s clock, which says ' . gmdate( 'Y-m-d\TH:i:s\Z' ) . '.' );
	}
	if ( ! is_signed( $request, $platform_key, $id, $timestamp, $header ) ) {
		return refuse( 'signature_invalid', 'No signature of the request is the platform\'s for this site.' );
	}
	return use_id_once( $id, (int) $timestamp );
}

/** Tell whether one of the signatures is the platform's, and meant for this site. */
function is_signed( WP_REST_Request $request, string $platform_key, string $id, string $timestamp, string $header ): bool {
	$target = target( $request->get_route(), $request->get_query_params() );
	if ( null === $target || ! can_sign() ) {
		return false;
	}
	$text = text_towards_site( $id, $timestamp, Connection\site_id(), sent_method( $request ), $target, (string) $request->get_body() );
	foreach ( signatures( $header ) as $signature ) {
		if ( sodium_crypto_sign_verify_detached( $signature, $text, $platform_key ) ) {
			return true;
		}
	}
	return false;
}

/**
 * Tell the method that was sent, which is what is signed.
 *
 * Where a host lets only GET and POST through, WordPress takes the meant one from a header nobody signs. That much may be
 * believed: of a POST, that a PUT or a DELETE was meant, whose routes take no POST, and each of which needs what the other
 * does not have.
 */
function sent_method( WP_REST_Request $request ): string {
	$meant = $request->get_method();
	$sent  = isset( $_SERVER['REQUEST_METHOD'] ) ? strtoupper( (string) $_SERVER['REQUEST_METHOD'] ) : ''; // phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- compared only.
	return null !== $request->get_header( 'x-http-method-override' ) && 'POST' === $sent && in_array( $meant, [ 'PUT', 'DELETE' ], true ) ? $sent : $meant;
}

/**
 * Let each id pass once, for as long as its timestamp could.
 *
 * @return true|WP_Error
 */
function use_id_once( string $id, int $timestamp ) {
	global $wpdb;
	$table = Storage\table( 'requests' );
	$sql   = $wpdb->prepare( "INSERT IGNORE INTO `$table` (id_hash, expires_at) VALUES (%s, %d)", hash( 'sha256', $id ), $timestamp + 2 * WINDOW_SECONDS );
	$rows  = $wpdb->query( $sql );
	if ( false === $rows ) {
		return new WP_Error( 'storage_unavailable', 'The site\'s database does not take the request\'s id.', [ 'status' => 503 ] );
	}
	if ( 1 !== $rows ) {
		return refuse( 'request_replayed', 'This webhook-id has been used before.' );
	}
	if ( 0 === random_int( 0, 49 ) ) {
		forget_old_ids();
	}
	return true;
}

/** Forget the ids whose timestamp no request could carry any more. */
function forget_old_ids(): void {
	global $wpdb;
	$wpdb->query( $wpdb->prepare( 'DELETE FROM `' . Storage\table( 'requests' ) . '` WHERE expires_at < %d', time() ) );
}

/** Tell whether PHP threw the body away for its size. */
function is_body_cut( WP_REST_Request $request ): bool {
	$length = isset( $_SERVER['CONTENT_LENGTH'] ) ? (int) $_SERVER['CONTENT_LENGTH'] : 0;
	$limit  = wp_convert_hr_to_bytes( (string) ini_get( 'post_max_size' ) );
	return '' === (string) $request->get_body() && $limit > 0 && $length > $limit;
}

/** Word a refusal. */
function refuse( string $code, string $message ): WP_Error {
	return new WP_Error( $code, $message, [ 'status' => 401 ] );
}
