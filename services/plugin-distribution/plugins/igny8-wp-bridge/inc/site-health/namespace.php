<?php
/**
 * What Tools > Site Health says about the bridge: tests here, one that asks the platform, and facts for support.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Site_Health;

use IGNY8\Bridge\Screen;

/** Events that wait longer than this need a person. */
const LATE_SECONDS = 6 * HOUR_IN_SECONDS;

/** Offer tests and information. */
function bootstrap(): void {
	add_filter( 'site_status_tests', __NAMESPACE__ . '\\add_tests' );
	add_filter( 'debug_information', __NAMESPACE__ . '\\add_information' );
	add_action( 'wp_ajax_health-check-' . str_replace( '_', '-', ROUND_TRIP ), __NAMESPACE__ . '\\answer_round_trip' );
}

/** Add the tests. */
function add_tests( $tests ): array {
	$tests = (array) $tests;
	$ours  = [
		'igny8_connection' => [ __( 'IGNY8 connection', 'igny8-wp-bridge' ), 'test_connection' ],
		'igny8_outbox'     => [ __( 'IGNY8 events', 'igny8-wp-bridge' ), 'test_outbox' ],
		'igny8_cron'       => [ __( 'IGNY8 schedule', 'igny8-wp-bridge' ), 'test_cron' ],
		'igny8_structure'  => [ __( 'IGNY8 structure', 'igny8-wp-bridge' ), 'test_structure' ],
		'igny8_secrets'    => [ __( 'IGNY8 key storage', 'igny8-wp-bridge' ), 'test_secrets' ],
	];
	if ( Screen\updates_itself() ) {
		$ours['igny8_updates'] = [ __( 'IGNY8 updates', 'igny8-wp-bridge' ), 'test_updates' ];
	}
	foreach ( $ours as $name => list( $label, $function ) ) {
		$tests['direct'][ $name ] = [
			'label' => $label,
			'test'  => __NAMESPACE__ . '\\' . $function,
		];
	}
	return add_round_trip( $tests );
}

/** Word a result. */
function result( string $test, string $status, string $label, string $description ): array {
	return [
		'test'        => $test,
		'status'      => $status,
		'label'       => $label,
		'description' => '<p>' . esc_html( $description ) . '</p>',
		'actions'     => 'good' === $status ? '' : '<p><a href="' . esc_url( Screen\page_url() ) . '">' . esc_html__( 'IGNY8 settings', 'igny8-wp-bridge' ) . '</a></p>',
		'badge'       => [
			'label' => 'IGNY8',
			'color' => 'good' === $status ? 'green' : 'orange',
		],
	];
}
