<?php
/**
 * The site's own key pair, and what is sealed under the salts of wp-config.php.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Identity;

const IDENTITY_OPTION = 'igny8_bridge_identity';

/** Tell whether this PHP can make Ed25519 signatures. */
function can_sign(): bool {
	return function_exists( 'sodium_crypto_sign_detached' ) && function_exists( 'sodium_crypto_secretbox' );
}

/**
 * Sign a message from this site.
 *
 * @return array<string,string> The three headers, empty where signing is impossible.
 */
function signed_headers( string $body ): array {
	$pair = key_pair();
	if ( ! $pair ) {
		return [];
	}
	$id        = 'msg_' . bin2hex( random_bytes( 16 ) );
	$timestamp = (string) time();
	$signature = sodium_crypto_sign_detached( text_from_site( $id, $timestamp, $body ), $pair['secret'] );
	return [
		'webhook-id'        => $id,
		'webhook-timestamp' => $timestamp,
		'webhook-signature' => 'v1a,' . base64_encode( $signature ),
	];
}

/** Show the site's public key in base64, '' where it can have none. */
function own_public_key(): string {
	$pair = key_pair();
	return $pair ? base64_encode( $pair['public'] ) : '';
}

/**
 * Open the site's key pair, making one on first need or when the salts that sealed it are gone.
 *
 * @return array{public:string,secret:string}|null
 */
function key_pair(): ?array {
	if ( ! can_sign() ) {
		return null;
	}
	$pair = open_key_pair();
	if ( ! $pair ) {
		make_key_pair();
		$pair = open_key_pair();
	}
	return $pair;
}

/**
 * Open the stored key pair.
 *
 * @return array{public:string,secret:string}|null
 */
function open_key_pair(): ?array {
	$stored = get_option( IDENTITY_OPTION );
	if ( ! is_array( $stored ) || ! isset( $stored['public'], $stored['secret'] ) ) {
		return null;
	}
	$public = public_key( (string) $stored['public'] );
	$secret = unseal( (string) $stored['secret'] );
	return '' !== $public && 64 === strlen( $secret ) ? compact( 'public', 'secret' ) : null;
}

/** Make a key pair and store it; of several requests that do so at once, one wins and the others read its pair. */
function make_key_pair(): void {
	global $wpdb;
	$pair   = sodium_crypto_sign_keypair();
	$record = [
		'public' => base64_encode( sodium_crypto_sign_publickey( $pair ) ),
		'secret' => seal( sodium_crypto_sign_secretkey( $pair ) ),
	];
	if ( get_option( IDENTITY_OPTION ) ) {
		update_option( IDENTITY_OPTION, $record, false );
		return;
	}
	$insert = "INSERT IGNORE INTO {$wpdb->options} (option_name, option_value, autoload) VALUES (%s, %s, 'no')";
	$wpdb->query( $wpdb->prepare( $insert, IDENTITY_OPTION, maybe_serialize( $record ) ) );
	wp_cache_delete( 'notoptions', 'options' );
	wp_cache_delete( IDENTITY_OPTION, 'options' );
}

/** Seal a secret for the database. */
function seal( string $secret ): string {
	$nonce = random_bytes( SODIUM_CRYPTO_SECRETBOX_NONCEBYTES );
	return base64_encode( $nonce . sodium_crypto_secretbox( $secret, $nonce, sealing_key() ) );
}

/** Open a sealed secret; '' when it was sealed under other salts. */
function unseal( string $sealed ): string {
	$raw = base64_decode( $sealed, true );
	if ( ! can_sign() || ! is_string( $raw ) || strlen( $raw ) <= SODIUM_CRYPTO_SECRETBOX_NONCEBYTES ) {
		return '';
	}
	$nonce  = substr( $raw, 0, SODIUM_CRYPTO_SECRETBOX_NONCEBYTES );
	$secret = sodium_crypto_secretbox_open( substr( $raw, SODIUM_CRYPTO_SECRETBOX_NONCEBYTES ), $nonce, sealing_key() );
	return is_string( $secret ) ? $secret : '';
}

/** Derive the sealing key from the salts. */
function sealing_key(): string {
	return hash_hkdf( 'sha256', wp_salt( 'auth' ) . wp_salt( 'secure_auth' ), 32, 'igny8-wp-bridge seal 1' );
}

/** Tell whether wp-config.php has salts of its own; without them WordPress keeps made-up ones in the database. */
function has_own_salts(): bool {
	foreach ( [ 'AUTH_KEY', 'AUTH_SALT', 'SECURE_AUTH_KEY', 'SECURE_AUTH_SALT' ] as $name ) {
		if ( ! defined( $name ) || '' === constant( $name ) || 'put your unique phrase here' === constant( $name ) ) {
			return false;
		}
	}
	return true;
}
