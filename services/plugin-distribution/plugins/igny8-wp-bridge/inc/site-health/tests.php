<?php
/**
 * The tests that ask nobody.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Site_Health;

use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Doctor;
use IGNY8\Bridge\Identity;
use IGNY8\Bridge\Outbound;
use IGNY8\Bridge\Safe_Mode;
use IGNY8\Bridge\Screen;
use IGNY8\Bridge\Storage;
use IGNY8\Bridge\Structure;
use IGNY8\Bridge\Updates;

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
		sprintf(
			/* translators: 1: number of events, 2: length of time, 3: technical reason */
			_n( '%1$s event waits, for %2$s. Nothing is lost. Last attempt: %3$s', '%1$s events wait, the oldest for %2$s. Nothing is lost. Last attempt: %3$s', $backlog['waiting'], 'igny8-wp-bridge' ),
			number_format_i18n( $backlog['waiting'] ),
			human_time_diff( time() - $age ),
			Outbound\state()['reason']
		)
	);
}

/** Test whether the schedule runs. */
function test_cron(): array {
	$check = Doctor\check_cron();
	if ( ! $check['ok'] ) {
		return result( 'igny8_cron', 'recommended', __( 'The schedule of IGNY8 does not run', 'igny8-wp-bridge' ), $check['detail'] . ' ' . $check['fix'] );
	}
	return result( 'igny8_cron', 'good', __( 'The schedule of IGNY8 runs', 'igny8-wp-bridge' ), $check['detail'] );
}

/** Test whether the plugin can be updated, and is watched when it is. */
function test_updates(): array {
	$offered = Updates\offered();
	$guard   = Updates\guard_state();
	if ( ! empty( $offered['failed'] ) ) {
		return result( 'igny8_updates', 'recommended', __( 'An update of the IGNY8 plugin was undone', 'igny8-wp-bridge' ), Screen\offer_in_words( $offered ) );
	}
	if ( ! empty( $offered['error'] ) ) {
		return result( 'igny8_updates', 'recommended', __( 'IGNY8 cannot be asked for updates', 'igny8-wp-bridge' ), (string) $offered['error'] );
	}
	if ( 'impossible' === $guard['state'] ) {
		return result( 'igny8_updates', 'recommended', __( 'Updates of the IGNY8 plugin are not guarded', 'igny8-wp-bridge' ), Screen\guard_in_words( $guard ) );
	}
	return result( 'igny8_updates', 'good', __( 'The IGNY8 plugin can be updated', 'igny8-wp-bridge' ), Screen\offer_in_words( $offered ) );
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
		sprintf(
			/* translators: 1: number of attempts, 2: technical reason */
			_n( '%1$s attempt failed: %2$s. It will be tried again.', '%1$s attempts failed. The last: %2$s. It will be tried again.', $state['failures'], 'igny8-wp-bridge' ),
			number_format_i18n( $state['failures'] ),
			$state['reason']
		)
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
