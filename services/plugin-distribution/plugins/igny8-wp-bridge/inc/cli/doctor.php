<?php
/**
 * `wp igny8 doctor`. PHP on the command line may have other limits than PHP behind the web server.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Cli;

use IGNY8\Bridge\Doctor;
use WP_CLI;

/** Run the checks. */
function doctor( array $arguments, array $options ): void {
	$problems = 0;
	$rows     = [];
	foreach ( Doctor\findings() as $check ) {
		$problems += $check['ok'] ? 0 : 1;
		$rows[]    = [ 'result' => $check['ok'] ? 'good' : 'problem' ] + $check;
	}
	show( $options, $rows, [ 'name', 'result', 'detail', 'evidence', 'fix' ] );
	if ( $problems ) {
		WP_CLI::halt( 1 );
	}
}
