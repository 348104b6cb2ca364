<?php
/**
 * What Tools > Site Health says about the bridge.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Site_Health;

use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Identity;
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Safe_Mode;
use IGNY8\Bridge\Storage;
use IGNY8\Bridge\Structure;
use const IGNY8\Bridge\VERSION;

/** Events that wait longer than this need a person. */
const LATE_SECONDS = 6 * HOUR_IN_SECONDS;

/** Offer tests and information. */
function bootstrap(): void {
	add_filter( 'site_status_tests', __NAMESPACE__ . '\\add_tests' );
	add_filter( 'debug_information', __NAMESPACE__ . '\\add_information' );
}

/** Add the tests. */
function add_tests( array $tests ): array {
	$ours = [
		'igny8_connection' => [ __( 'IGNY8 connection', 'igny8-wp-bridge' ), 'test_connection' ],
		'igny8_outbox'     => [ __( 'IGNY8 events', 'igny8-wp-bridge' ), 'test_outbox' ],
		'igny8_structure'  => [ __( 'IGNY8 structure', 'igny8-wp-bridge' ), 'test_structure' ],
		'igny8_secrets'    => [ __( 'IGNY8 key storage', 'igny8-wp-bridge' ), 'test_secrets' ],
	];
	foreach ( $ours as $name => list( $label, $function ) ) {
		$tests['direct'][ $name ] = [
			'label' => $label,
			'test'  => __NAMESPACE__ . '\\' . $function,
		];
	}
	return $tests;
}

/** Test the connection, as far as it is known here. */
function test_connection(): array {
	if ( Connection\is_key_unreadable() ) {
		return result( 'igny8_connection', 'critical', __( 'The IGNY8 API key cannot be opened', 'igny8-wp-bridge' ), __( 'The salts in wp-config.php have changed. Enter the key once more and test.', 'igny8-wp-bridge' ) );
	}
	if ( Safe_Mode\is_settled_copy() ) {
		return result( 'igny8_connection', 'good', __( 'IGNY8 is in safe mode', 'igny8-wp-bridge' ), Safe_Mode\reminder() );
	}
	if ( Safe_Mode\is_on() ) {
		return result( 'igny8_connection', 'recommended', __( 'IGNY8 is in safe mode', 'igny8-wp-bridge' ), Safe_Mode\question() );
	}
	if ( ! Connection\is_paired() ) {
		return result( 'igny8_connection', 'recommended', __( 'The site is not connected to IGNY8', 'igny8-wp-bridge' ), __( 'Enter the site id and the API key under Settings > IGNY8, and test.', 'igny8-wp-bridge' ) );
	}
	$last = Connection\last_test();
	if ( $last && ! $last['ok'] ) {
		return result( 'igny8_connection', 'critical', __( 'IGNY8 refused the last test', 'igny8-wp-bridge' ), $last['code'] . ': ' . $last['detail'] );
	}
	if ( '' === Connection\platform_public_key() ) {
		return result( 'igny8_connection', 'recommended', __( 'IGNY8 is not signing its requests to this site', 'igny8-wp-bridge' ), __( 'The API key alone protects the connection. Save and test to pair again.', 'igny8-wp-bridge' ) );
	}
	return result( 'igny8_connection', 'good', __( 'The site is connected to IGNY8', 'igny8-wp-bridge' ), __( 'Both sides sign what they send.', 'igny8-wp-bridge' ) );
}

/** Test whether events get through. */
function test_outbox(): array {
	$backlog = Outbound\backlog();
	$age     = $backlog['oldest_ms'] ? intdiv( Storage\now_ms() - $backlog['oldest_ms'], 1000 ) : 0;
	if ( $age < LATE_SECONDS ) {
		return result( 'igny8_outbox', 'good', __( 'Events reach IGNY8', 'igny8-wp-bridge' ), __( 'Nothing has been waiting for long.', 'igny8-wp-bridge' ) );
	}
	return result(
		'igny8_outbox',
		'recommended',
		__( 'Events for IGNY8 are waiting', 'igny8-wp-bridge' ),
		/* translators: 1: number of events, 2: length of time, 3: technical reason */
		sprintf( __( '%1$d events wait, the oldest for %2$s. Nothing is lost. Last attempt: %3$s', 'igny8-wp-bridge' ), $backlog['waiting'], human_time_diff( time() - $age ), Outbound\state()['reason'] )
	);
}

/** Test whether the platform learns what kinds of posts and terms the site has. */
function test_structure(): array {
	$state = Structure\state();
	if ( ! $state['failures'] ) {
		$when = $state['sent_at'] ? human_time_diff( $state['sent_at'] ) : '';
		/* translators: %s: length of time */
		return result( 'igny8_structure', 'good', __( 'IGNY8 knows the structure of this site', 'igny8-wp-bridge' ), '' !== $when ? sprintf( __( 'It was told %s ago.', 'igny8-wp-bridge' ), $when ) : __( 'It will be told once the site is connected.', 'igny8-wp-bridge' ) );
	}
	return result(
		'igny8_structure',
		'recommended',
		__( 'IGNY8 does not learn the structure of this site', 'igny8-wp-bridge' ),
		/* translators: 1: number of attempts, 2: technical reason */
		sprintf( __( '%1$d attempts failed. The last: %2$s. It will be tried again.', 'igny8-wp-bridge' ), $state['failures'], $state['reason'] )
	);
}

/** Test whether secrets can be kept and signatures made. */
function test_secrets(): array {
	if ( ! Identity\can_sign() ) {
		return result( 'igny8_secrets', 'critical', __( 'This PHP cannot make signatures', 'igny8-wp-bridge' ), __( 'Ask your host to switch on the PHP extension sodium.', 'igny8-wp-bridge' ) );
	}
	if ( ! Identity\has_own_salts() ) {
		return result( 'igny8_secrets', 'recommended', __( 'wp-config.php has no salts of its own', 'igny8-wp-bridge' ), __( 'WordPress then keeps them in the database, beside what they seal. Set the eight keys and salts, and enter the API key once more.', 'igny8-wp-bridge' ) );
	}
	return result( 'igny8_secrets', 'good', __( 'The IGNY8 key is sealed', 'igny8-wp-bridge' ), __( 'What lies in the database cannot be used without wp-config.php.', 'igny8-wp-bridge' ) );
}

/** Word a result. */
function result( string $test, string $status, string $label, string $description ): array {
	return [
		'test'        => $test,
		'status'      => $status,
		'label'       => $label,
		'description' => '<p>' . esc_html( $description ) . '</p>',
		'actions'     => 'good' === $status ? '' : '<p><a href="' . esc_url( Connection\page_url() ) . '">' . esc_html__( 'IGNY8 settings', 'igny8-wp-bridge' ) . '</a></p>',
		'badge'       => [
			'label' => 'IGNY8',
			'color' => 'good' === $status ? 'green' : 'orange',
		],
	];
}

/** Add what support will ask for; the key itself is never shown. */
function add_information( array $information ): array {
	$backlog  = Outbound\backlog();
	$state    = Outbound\state();
	$rejected = get_option( Outbound\REJECTED_OPTION );
	$facts    = [
		'version'   => [ __( 'Version', 'igny8-wp-bridge' ), VERSION ],
		'api_url'   => [ __( 'API URL', 'igny8-wp-bridge' ), Connection\api_url() ],
		'site_id'   => [ __( 'Site id', 'igny8-wp-bridge' ), (string) Connection\site_id() ],
		'api_key'   => [ __( 'API key', 'igny8-wp-bridge' ), '' !== Connection\api_key() ? __( 'stored', 'igny8-wp-bridge' ) : __( 'none', 'igny8-wp-bridge' ) ],
		'paired'    => [ __( 'Paired', 'igny8-wp-bridge' ), Connection\is_paired() ? __( 'yes', 'igny8-wp-bridge' ) : __( 'no', 'igny8-wp-bridge' ) ],
		'signed'    => [ __( 'Signed by the platform', 'igny8-wp-bridge' ), '' !== Connection\platform_public_key() ? __( 'yes', 'igny8-wp-bridge' ) : __( 'no', 'igny8-wp-bridge' ) ],
		'waiting'   => [ __( 'Events waiting', 'igny8-wp-bridge' ), (string) $backlog['waiting'] ],
		'failures'  => [ __( 'Failed attempts in a row', 'igny8-wp-bridge' ), trim( $state['failures'] . ' ' . $state['reason'] ) ],
		'rejected'  => [ __( 'Events rejected', 'igny8-wp-bridge' ), is_array( $rejected ) ? (string) count( $rejected ) : '0' ],
		'structure' => [ __( 'Structure told', 'igny8-wp-bridge' ), trim( ( Structure\state()['sent_at'] ? gmdate( 'Y-m-d H:i:s', Structure\state()['sent_at'] ) : '' ) . ' ' . Structure\state()['reason'] ) ],
		'synced'    => [ __( 'Types in sync', 'igny8-wp-bridge' ), implode( ', ', Structure\synced_types() ) ],
		'safe_mode' => [ __( 'Safe mode', 'igny8-wp-bridge' ), Safe_Mode\is_on() ? __( 'yes', 'igny8-wp-bridge' ) : __( 'no', 'igny8-wp-bridge' ) ],
		'next_cron' => [ __( 'Next run', 'igny8-wp-bridge' ), (string) wp_next_scheduled( Outbound\CRON_HOOK ) ],
	];
	foreach ( $facts as $name => list( $label, $value ) ) {
		$fields[ $name ] = compact( 'label', 'value' );
	}
	$information['igny8-wp-bridge'] = [
		'label'  => __( 'IGNY8', 'igny8-wp-bridge' ),
		'fields' => $fields,
	];
	return $information;
}
