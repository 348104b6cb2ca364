<?php
/**
 * How the bridge itself is: its pairing, its keys, its tables, what waits.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Doctor;

use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Identity;
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Site_Health;
use IGNY8\Bridge\Storage;
use IGNY8\Bridge\Structure;

/** Check the pairing. */
function check_pairing(): array {
	$signed = '' !== Connection\platform_public_key();
	return judged( Connection\is_paired() && $signed, __( 'Site and platform are paired.', 'igny8-wp-bridge' ), __( 'Site and platform are not paired, or only the key protects the connection.', 'igny8-wp-bridge' ), 'site ' . Connection\site_id() . ', ' . Connection\api_url() . ', signed=' . ( $signed ? 'yes' : 'no' ) . ', paired as ' . Connection\paired_address(), __( 'Save and test the connection under Settings > IGNY8.', 'igny8-wp-bridge' ) );
}

/** Check whether the site can sign. */
function check_signing(): array {
	return judged( Identity\can_sign(), __( 'The site signs what it sends.', 'igny8-wp-bridge' ), __( 'This PHP cannot make signatures.', 'igny8-wp-bridge' ), 'sodium=' . ( Identity\can_sign() ? 'yes' : 'no' ), __( 'Ask your host to switch on the PHP extension sodium.', 'igny8-wp-bridge' ) );
}

/** Check where the salts are that seal the keys. */
function check_salts(): array {
	return judged( Identity\has_own_salts() && ! Connection\is_key_unreadable(), __( 'Keys are sealed under salts of the site\'s own.', 'igny8-wp-bridge' ), __( 'The salts lie in the database, or have changed.', 'igny8-wp-bridge' ), 'own=' . ( Identity\has_own_salts() ? 'yes' : 'no' ) . ', key readable=' . ( Connection\is_key_unreadable() ? 'no' : 'yes' ), __( 'Set the eight keys and salts in wp-config.php, and enter the API key once more.', 'igny8-wp-bridge' ) );
}

/** Check the tables. */
function check_tables(): array {
	global $wpdb;
	$status  = (array) $wpdb->get_results( $wpdb->prepare( 'SHOW TABLE STATUS LIKE %s', $wpdb->esc_like( Storage\table( '' ) ) . '%' ), ARRAY_A );
	$engines = array_column( $status, 'Engine', 'Name' );
	$missing = array_diff( array_map( 'IGNY8\\Bridge\\Storage\\table', Storage\TABLES ), array_keys( $engines ) );
	return judged( ! $missing && Storage\is_ready(), __( 'The plugin\'s tables are there.', 'igny8-wp-bridge' ), __( 'The plugin\'s tables are not all there.', 'igny8-wp-bridge' ), 'version ' . get_option( Storage\VERSION_OPTION ) . ', ' . implode( ', ', array_unique( $engines ) ) . ', missing: ' . implode( ', ', $missing ), __( 'Deactivate and activate the plugin; the database user needs the right to create tables.', 'igny8-wp-bridge' ) );
}

/** Check whether events get through. */
function check_queue(): array {
	$backlog = Outbound\backlog();
	$state   = Outbound\state();
	$age     = $backlog['oldest_ms'] ? intdiv( Storage\now_ms() - $backlog['oldest_ms'], 1000 ) : 0;
	return judged( $age < Site_Health\LATE_SECONDS, __( 'Events get through.', 'igny8-wp-bridge' ), __( 'Events have been waiting for long.', 'igny8-wp-bridge' ), "waiting={$backlog['waiting']}, oldest={$age}s, failures={$state['failures']} {$state['reason']}", let_reach( Connection\webhook_url() ) );
}

/** Tell what the platform would not take. */
function check_rejections(): array {
	$rejected = get_option( Outbound\REJECTED_OPTION );
	$last     = is_array( $rejected ) ? end( $rejected ) : false;
	$evidence = $last ? count( $rejected ) . ' kept, the last: ' . gmdate( 'Y-m-d\TH:i:s\Z', (int) $last['at'] ) . " {$last['type']} {$last['code']} {$last['detail']}" : '';
	return judged( ! $last || time() - (int) $last['at'] > WEEK_IN_SECONDS, __( 'No event was rejected of late.', 'igny8-wp-bridge' ), __( 'The platform rejected an event.', 'igny8-wp-bridge' ), $evidence, __( 'Update the plugin, and tell IGNY8 support.', 'igny8-wp-bridge' ) );
}

/** Check whether the structure gets through. */
function check_structure(): array {
	$state = Structure\state();
	$times = array_map(
		static function ( int $at ): string {
			return $at ? gmdate( 'Y-m-d\TH:i:s\Z', $at ) : 'never';
		},
		[ $state['sent_at'], $state['due_at'] ]
	);
	return judged( 0 === $state['failures'], __( 'The structure gets through.', 'igny8-wp-bridge' ), __( 'The structure does not get through.', 'igny8-wp-bridge' ), "begun=$times[0], due=$times[1], failures={$state['failures']} {$state['reason']}", let_reach( Connection\api_url() ) );
}

/** Ask for a way to an address. */
function let_reach( string $url ): string {
	/* translators: %s: an address */
	return sprintf( __( 'Let the server reach %s', 'igny8-wp-bridge' ), $url );
}
