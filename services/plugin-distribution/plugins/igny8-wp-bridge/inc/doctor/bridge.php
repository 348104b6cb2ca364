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
	return judged( Connection\is_paired() && $signed, 'Site and platform are paired.', 'Site and platform are not paired, or only the key protects the connection.', 'site ' . Connection\site_id() . ', ' . Connection\api_url() . ', signed=' . ( $signed ? 'yes' : 'no' ) . ', paired as ' . Connection\paired_address(), 'Save and test the connection under Settings > IGNY8.' );
}

/** Check whether the site can sign. */
function check_signing(): array {
	return judged( Identity\can_sign(), 'The site signs what it sends.', 'This PHP cannot make signatures.', 'sodium=' . ( Identity\can_sign() ? 'yes' : 'no' ), 'Ask your host to switch on the PHP extension sodium.' );
}

/** Check where the salts are that seal the keys. */
function check_salts(): array {
	return judged( Identity\has_own_salts() && ! Connection\is_key_unreadable(), 'Keys are sealed under salts of the site\'s own.', 'The salts lie in the database, or have changed.', 'own=' . ( Identity\has_own_salts() ? 'yes' : 'no' ) . ', key readable=' . ( Connection\is_key_unreadable() ? 'no' : 'yes' ), 'Set the eight keys and salts in wp-config.php, and enter the API key once more.' );
}

/** Check the tables. */
function check_tables(): array {
	global $wpdb;
	$status  = (array) $wpdb->get_results( $wpdb->prepare( 'SHOW TABLE STATUS LIKE %s', $wpdb->esc_like( Storage\table( '' ) ) . '%' ), ARRAY_A );
	$engines = array_column( $status, 'Engine', 'Name' );
	$missing = array_diff( array_map( 'IGNY8\\Bridge\\Storage\\table', Storage\TABLES ), array_keys( $engines ) );
	return judged( ! $missing && Storage\is_ready(), 'The plugin\'s tables are there.', 'The plugin\'s tables are not all there.', 'version ' . get_option( Storage\VERSION_OPTION ) . ', ' . implode( ', ', array_unique( $engines ) ) . ', missing: ' . implode( ', ', $missing ), 'Deactivate and activate the plugin; the database user needs the right to create tables.' );
}

/** Check whether events get through. */
function check_queue(): array {
	$backlog = Outbound\backlog();
	$state   = Outbound\state();
	$age     = $backlog['oldest_ms'] ? intdiv( Storage\now_ms() - $backlog['oldest_ms'], 1000 ) : 0;
	return judged( $age < Site_Health\LATE_SECONDS, 'Events get through.', 'Events have been waiting for long.', "waiting={$backlog['waiting']}, oldest={$age}s, failures={$state['failures']} {$state['reason']}", 'Let the server reach ' . Connection\webhook_url() . '.' );
}

/** Tell what the platform would not take. */
function check_rejections(): array {
	$rejected = get_option( Outbound\REJECTED_OPTION );
	$last     = is_array( $rejected ) ? end( $rejected ) : false;
	$evidence = $last ? count( $rejected ) . ' kept, the last: ' . gmdate( 'Y-m-d\TH:i:s\Z', (int) $last['at'] ) . " {$last['type']} {$last['code']} {$last['detail']}" : '';
	return judged( ! $last || time() - (int) $last['at'] > WEEK_IN_SECONDS, 'No event was rejected of late.', 'The platform rejected an event.', $evidence, 'Update the plugin, and tell IGNY8 support.' );
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
	return judged( 0 === $state['failures'], 'The structure gets through.', 'The structure does not get through.', "begun=$times[0], due=$times[1], failures={$state['failures']} {$state['reason']}", 'Let the server reach ' . Connection\api_url() . '.' );
}
