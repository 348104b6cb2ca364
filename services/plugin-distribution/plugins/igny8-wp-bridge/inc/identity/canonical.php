<?php
/**
 * What is signed, and how the headers that carry the proof are read. Pure functions, without WordPress.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Identity;

const WINDOW_SECONDS = 300;
const MAX_SIGNATURES = 10;

/** Write out the text the platform signs towards one site; it names the site, so that no other takes the request for its own. */
function text_towards_site( string $id, string $timestamp, int $site_id, string $method, string $target, string $body ): string {
	return $id . '.' . $timestamp . '.' . $site_id . "\n" . strtoupper( $method ) . "\n" . $target . "\n" . hash( 'sha256', $body );
}

/** Write out the text a site signs. */
function text_from_site( string $id, string $timestamp, string $body ): string {
	return $id . '.' . $timestamp . '.' . $body;
}

/**
 * Write a REST route and its query parameters in the one form both sides sign.
 *
 * @return string|null Null where a parameter is no plain value, which nobody signs.
 */
function target( string $route, array $query ): ?string {
	unset( $query['rest_route'] );
	ksort( $query, SORT_STRING );
	$pairs = [];
	foreach ( $query as $name => $value ) {
		if ( ! is_scalar( $value ) ) {
			return null;
		}
		$pairs[] = rawurlencode( (string) $name ) . '=' . rawurlencode( (string) $value );
	}
	return $route . ( $pairs ? '?' . implode( '&', $pairs ) : '' );
}

/** Recognise a message id. */
function is_message_id( string $id ): bool {
	return 1 === preg_match( '/\A[A-Za-z0-9_-]{8,64}\z/', $id );
}

/** Tell whether a timestamp header lies within the window around now. */
function is_within_window( string $timestamp, int $now ): bool {
	return 1 === preg_match( '/\A[0-9]{1,12}\z/', $timestamp ) && abs( $now - (int) $timestamp ) <= WINDOW_SECONDS;
}

/**
 * Pick the signatures out of a header, the first ten at most.
 *
 * @return string[] Raw, 64 bytes each.
 */
function signatures( string $header ): array {
	$found = [];
	foreach ( explode( ' ', substr( $header, 0, 4096 ) ) as $part ) {
		if ( 0 !== strpos( $part, 'v1a,' ) ) {
			continue;
		}
		$raw = base64_decode( substr( $part, 4 ), true );
		if ( is_string( $raw ) && 64 === strlen( $raw ) ) {
			$found[] = $raw;
		}
		if ( count( $found ) >= MAX_SIGNATURES ) {
			break;
		}
	}
	return $found;
}

/** Read a public key as it travels, or '' if it is none. */
function public_key( string $encoded ): string {
	$raw = base64_decode( $encoded, true );
	return is_string( $raw ) && 32 === strlen( $raw ) ? $raw : '';
}

/** Read the token of an Authorization header that is `Bearer` and one token, nothing else. */
function bearer_token( string $header ): string {
	return 1 === preg_match( '/\ABearer +([^\s,]+)\z/i', $header, $match ) ? $match[1] : '';
}

/** Recognise an API key by its form, so that neither nothing nor a status word is ever taken for one. */
function is_api_key( string $key ): bool {
	return 1 === preg_match( '/\Aigny8_[A-Za-z0-9_-]{20,200}\z/', $key );
}

/**
 * Tell whether the headers of a request prove the API key: each header that is there must carry exactly it.
 *
 * @param string      $stored        The site's key.
 * @param string|null $key_header    X-IGNY8-API-KEY.
 * @param string|null $authorization Authorization.
 */
function proves_api_key( string $stored, ?string $key_header, ?string $authorization ): bool {
	if ( ! is_api_key( $stored ) || ( null === $key_header && null === $authorization ) ) {
		return false;
	}
	$expected = hash( 'sha256', $stored, true );
	$good     = true;
	if ( null !== $key_header ) {
		$good = hash_equals( $expected, hash( 'sha256', $key_header, true ) ) && $good;
	}
	if ( null !== $authorization ) {
		$good = hash_equals( $expected, hash( 'sha256', bearer_token( $authorization ), true ) ) && $good;
	}
	return $good;
}
