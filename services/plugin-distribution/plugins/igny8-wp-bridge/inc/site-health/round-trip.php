<?php
/**
 * The test that asks the platform, which calls this site back: it takes seconds, so the page asks for it by itself.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Site_Health;

use IGNY8\Bridge\Connection;
use IGNY8\Bridge\Safe_Mode;

const ROUND_TRIP = 'igny8_round_trip';

/** Add the test where there is a connection to test. WordPress' weekly run leaves it out: it has nobody's rights. */
function add_round_trip( array $tests ): array {
	if ( Connection\is_paired() && ! Safe_Mode\is_on() ) {
		$tests['async'][ ROUND_TRIP ] = [
			'label'     => __( 'IGNY8 round trip', 'igny8-wp-bridge' ),
			'test'      => ROUND_TRIP,
			'has_rest'  => false,
			'skip_cron' => true,
		];
	}
	return $tests;
}

/** Answer the page. */
function answer_round_trip(): void {
	check_ajax_referer( 'health-check-site-status' );
	if ( ! current_user_can( 'view_site_health_checks' ) || ! current_user_can( \IGNY8\Bridge\Screen\CAPABILITY ) ) {
		wp_send_json_error( null, 403 );
	}
	wp_send_json_success( test_round_trip() );
}

/** Let the platform call this site. */
function test_round_trip(): array {
	$outcome = Connection\test();
	if ( is_wp_error( $outcome ) ) {
		return result( ROUND_TRIP, 'critical', __( 'IGNY8 and this site do not reach each other', 'igny8-wp-bridge' ), $outcome->get_error_code() . ': ' . $outcome->get_error_message() );
	}
	$bad = array_filter(
		$outcome['checks'],
		static function ( array $check ): bool {
			return empty( $check['ok'] );
		}
	);
	if ( $bad ) {
		$texts = array_map(
			static function ( array $check ): string {
				return trim( ( is_scalar( $check['detail'] ?? '' ) ? $check['detail'] ?? '' : '' ) . ' ' . ( is_scalar( $check['fix'] ?? '' ) ? $check['fix'] ?? '' : '' ) );
			},
			$bad
		);
		return result( ROUND_TRIP, 'recommended', __( 'IGNY8 found something wrong with this site', 'igny8-wp-bridge' ), implode( ' ', $texts ) );
	}
	return result( ROUND_TRIP, 'good', __( 'IGNY8 and this site reach each other', 'igny8-wp-bridge' ), __( 'IGNY8 has just been asked, and called this site back.', 'igny8-wp-bridge' ) );
}
