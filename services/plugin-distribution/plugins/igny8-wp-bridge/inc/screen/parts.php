<?php
/**
 * What the tabs are made of: notices, tables, facts, buttons.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Screen;

/** Show a sentence in a frame. */
function show_notice( string $kind, string $text ): void {
	echo '<div class="notice notice-' . esc_attr( $kind ) . ' inline"><p>' . esc_html( $text ) . '</p></div>';
}

/**
 * Show a table.
 *
 * @param string     $caption  What it lists, for those who cannot see it.
 * @param string[]   $headings Of its columns.
 * @param string[][] $rows     Texts; the first of a row names it. A text in `backticks` is a code.
 */
function show_table( string $caption, array $headings, array $rows ): void {
	echo '<table class="widefat striped" style="max-width:76em"><caption class="screen-reader-text">' . esc_html( $caption ) . '</caption><thead><tr>';
	foreach ( $headings as $heading ) {
		echo '<th scope="col">' . esc_html( $heading ) . '</th>';
	}
	echo '</tr></thead><tbody>';
	foreach ( $rows as $row ) {
		echo '<tr>';
		foreach ( array_values( $row ) as $i => $text ) {
			$cell = 0 === $i ? 'th scope="row"' : 'td';
			$wrap = $i > 2 ? ';overflow-wrap:anywhere' : '';
			echo "<$cell style=\"vertical-align:top$wrap\">"; // phpcs:ignore WordPress.Security.EscapeOutput -- constants.
			show_text( (string) $text );
			echo 0 === $i ? '</th>' : '</td>';
		}
		echo '</tr>';
	}
	echo '</tbody></table>';
}

/** Show a text of a table. */
function show_text( string $text ): void {
	if ( preg_match( '/\A`(.*)`\z/s', $text, $match ) ) {
		echo '<code>' . esc_html( $match[1] ) . '</code>';
		return;
	}
	echo esc_html( $text );
}

/**
 * Show facts under a heading.
 *
 * @param array<string,string> $facts By their names.
 */
function show_facts( string $heading, array $facts ): void {
	echo '<h2>' . esc_html( $heading ) . '</h2><table class="widefat striped" style="max-width:50em"><caption class="screen-reader-text">' . esc_html( $heading ) . '</caption><tbody>';
	foreach ( $facts as $name => $text ) {
		echo '<tr><th scope="row" style="width:14em">' . esc_html( $name ) . '</th><td style="overflow-wrap:anywhere">' . esc_html( $text ) . '</td></tr>';
	}
	echo '</tbody></table>';
}

/** Show a button that does one thing. */
function show_button( string $action, string $label, string $looks = 'secondary' ): void {
	begin_form( $action );
	submit_button( $label, $looks, 'submit', false, [ 'id' => "igny8-$action" ] );
	echo '</form>';
}

/** Begin the form of an action; the caller ends it. */
function begin_form( string $action ): void {
	echo '<form method="post" action="' . esc_url( admin_url( 'admin-post.php' ) ) . '" style="margin:1em 0"><input type="hidden" name="action" value="igny8_bridge_' . esc_attr( $action ) . '">';
	wp_nonce_field( "igny8_bridge_$action", '_wpnonce', true );
}

/** Word a time as the site does, with how long ago it was; never by a dash, for 0. */
function when( int $at ): string {
	if ( ! $at ) {
		return __( 'never', 'igny8-wp-bridge' );
	}
	$date = (string) wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), $at );
	if ( $at > time() ) {
		return $date;
	}
	/* translators: 1: a date with a time, 2: length of time */
	return sprintf( __( '%1$s (%2$s ago)', 'igny8-wp-bridge' ), $date, human_time_diff( $at ) );
}

/**
 * Show checks with what they found.
 *
 * @param array[] $checks With name, ok, detail, fix, and evidence where it is known.
 */
function show_checks( string $caption, array $checks ): void {
	$headings = [
		'name'     => __( 'Check', 'igny8-wp-bridge' ),
		'ok'       => __( 'Result', 'igny8-wp-bridge' ),
		'detail'   => __( 'Finding', 'igny8-wp-bridge' ),
		'evidence' => __( 'Evidence', 'igny8-wp-bridge' ),
		'fix'      => __( 'What to do', 'igny8-wp-bridge' ),
	];
	if ( ! array_filter( array_column( $checks, 'evidence' ) ) ) {
		unset( $headings['evidence'] );
	}
	$rows = [];
	foreach ( $checks as $check ) {
		$texts = [
			'name' => '`' . plain( $check, 'name' ) . '`',
			'ok'   => ! empty( $check['ok'] ) ? __( 'good', 'igny8-wp-bridge' ) : __( 'problem', 'igny8-wp-bridge' ),
		];
		foreach ( array_keys( $headings ) as $name ) {
			$texts += [ $name => plain( $check, $name ) ];
		}
		$rows[] = $texts;
	}
	show_table( $caption, array_values( $headings ), $rows );
}

/** Take a text out of a check. */
function plain( array $check, string $name ): string {
	return isset( $check[ $name ] ) && is_scalar( $check[ $name ] ) ? (string) $check[ $name ] : '';
}
