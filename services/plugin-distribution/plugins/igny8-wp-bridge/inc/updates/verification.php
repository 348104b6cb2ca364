<?php
/**
 * Whether a package is one of our releases: the keys, the signed statement, the file's bytes.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Updates;

use IGNY8\Bridge\Identity;
use WP_Error;
use const IGNY8\Bridge\FILE;

const KEYS_FILE = 'release-keys.json';

/**
 * Read the keys that came with the installed package.
 *
 * @return array<string,string> Raw public keys by their ids; empty where the plugin was not installed from a package.
 */
function release_keys(): array {
	$file = dirname( FILE ) . '/' . KEYS_FILE;
	return is_file( $file ) ? read_keys( (string) file_get_contents( $file ) ) : []; // phpcs:ignore WordPress.WP.AlternativeFunctions -- a local file.
}

/** Read keys; one whose id is not its own is left out. */
function read_keys( string $json ): array {
	$written = json_decode( $json, true );
	$keys    = [];
	foreach ( is_array( $written ) && isset( $written['keys'] ) && is_array( $written['keys'] ) ? $written['keys'] : [] as $id => $encoded ) {
		$key = Identity\public_key( is_string( $encoded ) ? $encoded : '' );
		if ( '' !== $key && key_id( $key ) === (string) $id ) {
			$keys[ (string) $id ] = $key;
		}
	}
	return $keys;
}

/** Name a key. */
function key_id( string $key ): string {
	return substr( hash( 'sha256', $key ), 0, 16 );
}

/** Write out the text that is signed of a release. */
function statement( string $version, string $sha256, int $size ): string {
	return "igny8-release v1\n" . SLUG . "\n$version\n$sha256\n$size\n";
}

/** Tell whether a signature in base64 is a key's. */
function is_signed_with( string $key, string $text, string $signature ): bool {
	$raw = base64_decode( $signature, true );
	return is_string( $raw ) && 64 === strlen( $raw ) && sodium_crypto_sign_verify_detached( $raw, $text, $key );
}

/** Recognise a version. */
function is_version( string $text ): bool {
	return 1 === preg_match( '/\A[0-9][0-9A-Za-z.+-]{0,39}\z/', $text );
}

/** Recognise a SHA-256 in lower hex. */
function is_digest( $text ): bool {
	return is_string( $text ) && 1 === preg_match( '/\A[0-9a-f]{64}\z/', $text );
}

/**
 * Judge who signed.
 *
 * @return true|WP_Error
 */
function judge_statement( array $grant, array $keys ) {
	if ( ! isset( $keys[ $grant['key_id'] ] ) ) {
		return refusal( 'unknown_key', $grant['key_id'] );
	}
	$text = statement( $grant['version'], $grant['sha256'], $grant['size'] );
	return is_signed_with( $keys[ $grant['key_id'] ], $text, $grant['signature'] ) ? true : refusal( 'signature_invalid' );
}

/**
 * Judge the bytes, and whether they are of a later version.
 *
 * @return true|WP_Error
 */
function judge_file( string $file, array $grant ) {
	clearstatcache( true, $file );
	$size = (int) filesize( $file );
	if ( $size !== $grant['size'] ) {
		return refusal( 'size_mismatch', $size > $grant['size'] ? "more than {$grant['size']} bytes" : "$size of {$grant['size']} bytes" );
	}
	if ( ! hash_equals( $grant['sha256'], (string) hash_file( 'sha256', $file ) ) ) {
		return refusal( 'digest_mismatch' );
	}
	return version_compare( $grant['version'], installed_version(), '>' ) ? true : refusal( 'not_newer', 'offered ' . $grant['version'] . ', installed ' . installed_version() );
}
